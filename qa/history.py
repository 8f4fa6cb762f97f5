"""Conversations kept in a SQLite file of their own, beside the index.

    conversation   one row each
    exchange       a question with the whole Answer that it got, as JSON

An Answer is kept as it was given, quotes and all, so that it can be shown when its articles have changed or are gone;
`qa.tracing` tells which of its citations still stand.
"""

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ValidationError

from index.errors import ConversationNotFound, HistoryError
from qa.answer import Answer, Turn

LAYOUT = 1
"""Raise this when the tables change."""
TITLE = 40
"""Characters of a conversation's first question that name it."""
PATIENCE = 10.0
"""Seconds that a writer waits for another one."""

_TABLES = (
    "CREATE TABLE conversation (id TEXT PRIMARY KEY, title TEXT NOT NULL, begun TEXT NOT NULL, changed TEXT NOT NULL)",
    """CREATE TABLE exchange (
        number INTEGER PRIMARY KEY,
        conversation TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
        asked TEXT NOT NULL,
        answer TEXT NOT NULL
    )""",
    "CREATE INDEX exchange_of ON exchange (conversation, number)",
)


class Conversation(BaseModel):
    """What a list says of a conversation. Times are ISO 8601 in UTC."""

    id: str
    title: str
    begun: str
    changed: str


class Exchange(BaseModel):
    """A question, with the Answer as it was given."""

    asked: str
    answer: Answer


class History:
    """The conversations of one home. Safe to share between threads: each call has a connection of its own."""

    def __init__(self, path: Path) -> None:
        """Opens nothing yet; the file is made by the first conversation."""
        self._path = path

    def begin(self, title: str = "") -> Conversation:
        """A new, empty conversation. Raises HistoryError."""
        now = _now()
        made = Conversation(id=uuid.uuid4().hex, title=title[:TITLE], begun=now, changed=now)
        with self._open(writes=True) as database:
            database.execute("INSERT INTO conversation VALUES (:id, :title, :begun, :changed)", made.model_dump())
        return made

    def record(self, conversation: str, answer: Answer) -> None:
        """Keep an answer as the conversation's last; its question names one without a title.

        Raises ConversationNotFound, HistoryError.
        """
        now = _now()
        with self._open(writes=True) as database:
            changed = database.execute(
                "UPDATE conversation SET changed = ?, title = CASE title WHEN '' THEN ? ELSE title END WHERE id = ?",
                (now, answer.question[:TITLE], conversation),
            )
            if not changed.rowcount:
                raise _unknown(conversation)
            database.execute(
                "INSERT INTO exchange (conversation, asked, answer) VALUES (?, ?, ?)",
                (conversation, now, answer.model_dump_json()),
            )

    def conversations(self) -> list[Conversation]:
        """All of them, the one changed last first. Raises HistoryError."""
        if not self._path.exists():
            return []
        with self._open() as database:
            rows = database.execute("SELECT id, title, begun, changed FROM conversation ORDER BY changed DESC, id")
            return [Conversation(id=i, title=t, begun=b, changed=c) for i, t, b, c in rows]

    def exchanges(self, conversation: str) -> list[Exchange]:
        """Its questions and answers, in order. Raises ConversationNotFound, HistoryError."""
        if not self._path.exists():
            raise _unknown(conversation)
        with self._open() as database:
            if not database.execute("SELECT 1 FROM conversation WHERE id = ?", (conversation,)).fetchone():
                raise _unknown(conversation)
            rows = database.execute(
                "SELECT asked, answer FROM exchange WHERE conversation = ? ORDER BY number", (conversation,)
            ).fetchall()
        try:
            return [Exchange(asked=asked, answer=Answer.model_validate_json(answer)) for asked, answer in rows]
        except ValidationError as error:
            raise HistoryError(
                f"{self._path} has an answer that cannot be read: {error.errors()[0]['msg']}."
            ) from error

    def turns(self, conversation: str) -> list[Turn]:
        """The conversation as a follow-up takes it. Raises ConversationNotFound, HistoryError."""
        return [
            turn
            for exchange in self.exchanges(conversation)
            for turn in (
                Turn(role="user", content=exchange.answer.question),
                Turn(role="assistant", content=exchange.answer.answer),
            )
        ]

    def remove(self, conversation: str) -> None:
        """Forget it and its exchanges. Raises ConversationNotFound, HistoryError."""
        with self._open(writes=True) as database:
            if not database.execute("DELETE FROM conversation WHERE id = ?", (conversation,)).rowcount:
                raise _unknown(conversation)

    @contextmanager
    def _open(self, *, writes: bool = False) -> Iterator[sqlite3.Connection]:
        """A connection with one transaction: all of what is done in it is kept, or nothing."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            database = sqlite3.connect(self._path, timeout=PATIENCE, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise HistoryError(f"the conversations in {self._path} cannot be opened: {error}.") from error
        try:
            database.execute("PRAGMA foreign_keys = ON")
            self._lay_out(database)  # no WAL: the switch to it does not wait for others, and fails
            database.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
            yield database
            database.execute("COMMIT")
        except sqlite3.Error as error:
            raise HistoryError(f"the conversations in {self._path} cannot be read or written: {error}.") from error
        finally:
            database.close()  # what is not committed is undone

    def _lay_out(self, database: sqlite3.Connection) -> None:
        [layout] = database.execute("PRAGMA user_version").fetchone()
        if layout == LAYOUT:
            return
        database.execute("BEGIN IMMEDIATE")
        [layout] = database.execute("PRAGMA user_version").fetchone()  # another thread may have been quicker
        if layout not in (0, LAYOUT):
            raise HistoryError(
                f"{self._path} has layout {layout}, this version of Youju knows {LAYOUT}.", "Move the file away."
            )
        if not layout:
            for statement in (*_TABLES, f"PRAGMA user_version = {LAYOUT}"):
                database.execute(statement)
        database.execute("COMMIT")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _unknown(conversation: str) -> ConversationNotFound:
    return ConversationNotFound(f"there is no conversation {conversation!r}.", "List them with: GET /api/conversations")
