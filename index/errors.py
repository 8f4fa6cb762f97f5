"""Every error that the index raises on purpose, each with a message that names the way out.

YoujuError
├── LoadError                one file or record that could not be read; the others go on
├── ParserError              the process that parses files cannot be started
├── StoreError               the SQLite store cannot be opened or written
│   ├── StoreFull            no space left; what was committed before stays
│   └── StoreVersionError    written by another version of the store's layout
├── IndexMissing             nothing has been indexed in this home folder yet
├── IndexBusy                another process is writing
├── EmbedderMismatch         the index was made with another embedder
├── EmbedderError            the embedder cannot be loaded or returned a wrong shape
├── RerankerError            the reranker cannot be loaded or did not answer
├── ArticleNotFound          no article has this id
├── QuestionError            a question that cannot be asked (empty, too long)
├── StatementError           a statement that cannot be verified (empty, too long, nothing cited)
├── HistoryError             conversations, feedback or keys cannot be read or written
│   └── HistoryFull          no space left for them; what was kept before stays
├── JobNotFound              no upload has this id
├── ConversationNotFound     no conversation has this id
└── ConversationChanged      an answer that is to be replaced is no longer its conversation's last
"""

from enum import StrEnum


class YoujuError(Exception):
    """Base of all errors that are shown to a user word for word."""

    code = "error"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class Problem(StrEnum):
    """What is wrong with a file or record, for whoever says it in words of their own."""

    EMPTY = "empty"
    NO_TEXT = "no_text"
    TOO_LARGE = "too_large"
    DAMAGED = "damaged"
    ENCRYPTED = "encrypted"
    NOT_TEXT = "not_text"
    BAD_RECORD = "bad_record"
    BAD_ID = "bad_id"
    TWICE = "twice"
    TAKEN = "taken"
    UNKNOWN_FORMAT = "unknown_format"
    BAD_NAME = "bad_name"
    HIDDEN = "hidden"
    UNREADABLE = "unreadable"
    TOO_SLOW = "too_slow"
    MEMORY = "memory"
    CRASHED = "crashed"


class LoadError(YoujuError):
    """One file or record cannot be read as an article."""

    code = "load_failed"

    def __init__(self, message: str, hint: str = "", *, problem: Problem = Problem.UNREADABLE) -> None:
        super().__init__(message, hint)
        self.problem = problem


class ParserError(YoujuError):
    """The process that parses files cannot be started."""

    code = "parser_failed"


class StoreError(YoujuError):
    """The store cannot be opened, read or written."""

    code = "store_failed"


class StoreFull(StoreError):
    """No space left where the store lies."""

    code = "store_full"


class StoreVersionError(StoreError):
    """The store was written with another layout."""

    code = "store_version"


class IndexMissing(YoujuError):
    """There is no index in the home folder."""

    code = "index_missing"


class IndexBusy(YoujuError):
    """Another process holds the writer's lock."""

    code = "index_busy"


class EmbedderMismatch(YoujuError):
    """The index carries vectors of another embedder."""

    code = "embedder_mismatch"


class EmbedderError(YoujuError):
    """The embedder cannot be loaded, or broke its contract."""

    code = "embedder_failed"


class RerankerError(YoujuError):
    """The reranker cannot be loaded, or did not give a score for each passage."""

    code = "reranker_failed"


class ArticleNotFound(YoujuError):
    """No article has the id that was asked for."""

    code = "article_not_found"


class JobNotFound(YoujuError):
    """No upload has the id that was asked for, or it was long ago."""

    code = "job_not_found"


class QuestionError(YoujuError):
    """The question cannot be asked as it is."""

    code = "bad_question"


class StatementError(YoujuError):
    """The statement cannot be verified as it is."""

    code = "bad_statement"


class HistoryError(YoujuError):
    """What is kept beside the articles (conversations, feedback, keys, uploads) cannot be read or written."""

    code = "history_failed"


class HistoryFull(HistoryError):
    """No space left for what is kept beside the articles (conversations, feedback, keys)."""

    code = "history_full"


class ConversationNotFound(YoujuError):
    """There is no conversation with this id."""

    code = "conversation_not_found"


class ConversationChanged(YoujuError):
    """The conversation has gone on: what was to be replaced is not its last answer."""

    code = "not_last"
