"""Conversations kept in a SQLite file of their own, beside the index.

    conversation   one row each, with its owner, and the turns that its first question follows on
    exchange       a question with the whole Answer that it got, as JSON

An Answer is kept as it was given, quotes and all, so that it can be shown when its articles have changed or are gone;
`qa.tracing` tells which of its citations still stand. A conversation is seen by its owner alone. What is asked without
one belongs to nobody, "": whoever has its id, which cannot be guessed, may go on with it, and it is never listed.
"""

import sqlite3
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path

from pydantic import BaseModel, TypeAdapter, ValidationError

from index.errors import ConversationChanged, ConversationNotFound, HistoryError
from index.fold import fold_text, valid
from qa.answer import Answer, Turn
from qa.filters import Filters
from qa.sqlite_file import SqliteFile

TITLE = 40
"""Characters of a conversation's title, or of the first question that names it."""

_TURNS = TypeAdapter(list[Turn])


class Conversation(BaseModel):
    """What a list says of a conversation. Times are ISO 8601 in UTC."""

    id: str
    title: str
    begun: str
    changed: str


class Exchange(BaseModel):
    """A question, with the Answer as it was given, and the filters that it was asked with."""

    asked: str
    answer: Answer
    filters: Filters | None = None


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A conversation as far as it has come, and the turns that its first question follows on."""

    before: list[Turn]
    exchanges: list[Exchange]
    title: str = ""

    @property
    def turns(self) -> list[Turn]:
        """All of it, as a follow-up takes it."""
        return self.before + turns_of(self.exchanges)

    def until(self, answer: str) -> "Dialogue":
        """What came before an answer."""
        return replace(self, exchanges=list(takewhile(lambda e: e.answer.id != answer, self.exchanges)))


def _tables(database: sqlite3.Connection) -> None:
    database.execute(
        "CREATE TABLE conversation (id TEXT PRIMARY KEY, title TEXT NOT NULL, begun TEXT NOT NULL, changed TEXT NOT NULL)"
    )
    database.execute(
        """CREATE TABLE exchange (
            number INTEGER PRIMARY KEY,
            conversation TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
            asked TEXT NOT NULL,
            answer TEXT NOT NULL
        )"""
    )
    database.execute("CREATE INDEX exchange_of ON exchange (conversation, number)")


def _owners(database: sqlite3.Connection) -> None:
    """Owners, and exchanges that are found by their answer's id and by the words in them."""
    database.execute("ALTER TABLE conversation ADD COLUMN owner TEXT NOT NULL DEFAULT ''")
    database.execute("CREATE INDEX conversation_of ON conversation (owner, changed)")
    for column in ("answer_id", "words", "filters"):
        database.execute(f"ALTER TABLE exchange ADD COLUMN {column} TEXT NOT NULL DEFAULT ''")
    database.execute("CREATE INDEX exchange_with ON exchange (answer_id)")
    for number, written in database.execute("SELECT number, answer FROM exchange").fetchall():
        try:
            answer = Answer.model_validate_json(written)
        except ValidationError:  # it is found by no search, and reading its conversation says so
            continue
        values = (answer.id, _words(answer), number)
        database.execute("UPDATE exchange SET answer_id = ?, words = ? WHERE number = ?", values)


def _before(database: sqlite3.Connection) -> None:
    database.execute("ALTER TABLE conversation ADD COLUMN before TEXT NOT NULL DEFAULT '[]'")


def _places(database: sqlite3.Connection) -> None:
    """The order in which conversations changed, which no clock that is set back disturbs."""
    database.execute("ALTER TABLE conversation ADD COLUMN place INTEGER NOT NULL DEFAULT 0")
    rows = database.execute("SELECT id FROM conversation ORDER BY changed, id DESC").fetchall()
    database.executemany(
        "UPDATE conversation SET place = ? WHERE id = ?", [(place, id_) for place, (id_,) in enumerate(rows, start=1)]
    )
    database.execute("DROP INDEX conversation_of")
    database.execute("CREATE INDEX conversation_of ON conversation (owner, place)")
    database.execute("CREATE INDEX conversation_at ON conversation (place)")


_LAST = "(SELECT ifnull(max(place), 0) + 1 FROM conversation)"
"""The place of what changes now."""

STEPS = (_tables, _owners, _before, _places)
LAYOUT = len(STEPS)


class History:
    """The conversations of one home. Safe to share between threads."""

    def __init__(self, path: Path) -> None:
        """Opens nothing yet; the file is made by the first conversation."""
        self._file = SqliteFile(path, "conversations", STEPS)

    def begin(self, title: str = "", owner: str = "", before: Sequence[Turn] = ()) -> Conversation:
        """A new, empty conversation; `before`: turns that its first question follows on. Raises HistoryError."""
        with self._file.transaction(writes=True) as database:
            return _begun(database, title, owner, before)

    def record(
        self,
        conversation: str,
        answer: Answer,
        *,
        owner: str = "",
        before: Sequence[Turn] = (),
        filters: Filters | None = None,
        replaces: str | None = None,
    ) -> str:
        """Keep an answer as a conversation's last, or as the first of a new one, "", after the turns `before`; returns
        the conversation's id. Its question names one without a title. `replaces`: the id of the last answer so far,
        whose place it takes.

        Raises ConversationNotFound, ConversationChanged where another answer is the last, HistoryError.
        """
        now = _now()
        with self._file.transaction(writes=True) as database:
            conversation = conversation or _begun(database, "", owner, before).id
            changed = database.execute(
                f"UPDATE conversation SET changed = ?, title = CASE title WHEN '' THEN ? ELSE title END, place = {_LAST}"
                " WHERE id = ? AND owner = ?",
                (now, answer.question[:TITLE], conversation, owner),
            )
            if not changed.rowcount:
                raise _unknown(conversation)
            kept = {
                "conversation": conversation,
                "asked": now,
                "answer": answer.model_dump_json(),
                "answer_id": answer.id,
                "words": _words(answer),
                "filters": filters.model_dump_json() if filters else "",
            }
            if replaces is None:
                _add(database, kept)
            else:
                _replace_last(database, replaces, kept)
        return conversation

    def conversations(self, owner: str = "", words: str = "") -> list[Conversation]:
        """The owner's, the one changed last first; with `words`, in either script, those that have all of them in the
        title, a question or an answer. Nobody's are not listed. Raises HistoryError."""
        if not owner or not self._file.exists:
            return []
        with self._file.transaction() as database:
            rows = database.execute(
                "SELECT id, title, begun, changed FROM conversation WHERE owner = ? ORDER BY place DESC", (owner,)
            ).fetchall()
            listed = [Conversation(id=i, title=t, begun=b, changed=c) for i, t, b, c in rows]
            wanted = fold_text(valid(words)).split()
            return [c for c in listed if _has(database, c, wanted)] if wanted else listed

    def conversation(self, conversation: str, owner: str = "") -> Conversation:
        """What a list says of one. Raises ConversationNotFound, HistoryError."""
        if not self._file.exists:
            raise _unknown(conversation)
        with self._file.transaction() as database:
            return _row(database, conversation, owner)

    def dialogue(self, conversation: str, owner: str = "") -> Dialogue:
        """All of a conversation. Raises ConversationNotFound, HistoryError."""
        if not self._file.exists:
            raise _unknown(conversation)
        with self._file.transaction() as database:
            title = _row(database, conversation, owner).title
            [before] = database.execute("SELECT before FROM conversation WHERE id = ?", (conversation,)).fetchone()
            rows = database.execute(
                "SELECT asked, answer, filters FROM exchange WHERE conversation = ? ORDER BY number", (conversation,)
            ).fetchall()
        return Dialogue(_TURNS.validate_json(before), [self._exchange(*row) for row in rows], title)

    def exchange(self, answer: str) -> Exchange | None:
        """The exchange with this answer, whoever asked: an id cannot be guessed, so who has it was given it.

        Raises HistoryError.
        """
        if not self._file.exists:
            return None
        with self._file.transaction() as database:
            row = database.execute(
                "SELECT asked, answer, filters FROM exchange WHERE answer_id = ? ORDER BY number DESC", (answer,)
            ).fetchone()
        return self._exchange(*row) if row else None

    def turns_before(self, answer: str, owner: str = "") -> list[Turn]:
        """What its owner's conversation said before an answer; nothing for whoever has but the answer's link.

        Raises HistoryError.
        """
        if not owner or not self._file.exists:
            return []
        with self._file.transaction() as database:
            found = database.execute(
                "SELECT c.id FROM exchange e JOIN conversation c ON c.id = e.conversation"
                " WHERE e.answer_id = ? AND c.owner = ?",
                (answer, owner),
            ).fetchone()
        return self.dialogue(found[0], owner).until(answer).turns if found else []

    def rename(self, conversation: str, title: str, owner: str = "") -> Conversation:
        """Give it another title, cut to TITLE characters. Raises ConversationNotFound, HistoryError."""
        with self._file.transaction(writes=True) as database:
            _row(database, conversation, owner)
            title = valid(title).strip()[:TITLE]
            database.execute("UPDATE conversation SET title = ? WHERE id = ?", (title, conversation))
            return _row(database, conversation, owner)

    def remove(self, conversation: str, owner: str = "") -> None:
        """Forget it and its exchanges. Raises ConversationNotFound, HistoryError."""
        with self._file.transaction(writes=True) as database:
            _row(database, conversation, owner)
            database.execute("DELETE FROM conversation WHERE id = ?", (conversation,))

    def _exchange(self, asked: str, answer: str, filters: str) -> Exchange:
        try:
            return Exchange(
                asked=asked,
                answer=Answer.model_validate_json(answer),
                filters=Filters.model_validate_json(filters) if filters else None,
            )
        except ValidationError as error:
            raise HistoryError(
                f"{self._file.path} has an answer that cannot be read: {error.errors()[0]['msg']}."
            ) from error


def turns_of(exchanges: list[Exchange]) -> list[Turn]:
    """What was said, as a follow-up takes it."""
    return [
        turn
        for exchange in exchanges
        for turn in (
            Turn(role="user", content=exchange.answer.question),
            Turn(role="assistant", content=exchange.answer.answer),
        )
    ]


def _begun(database: sqlite3.Connection, title: str, owner: str, before: Sequence[Turn]) -> Conversation:
    now = _now()
    made = Conversation(id=uuid.uuid4().hex, title=valid(title)[:TITLE], begun=now, changed=now)
    database.execute(
        "INSERT INTO conversation (id, title, begun, changed, owner, before, place)"
        f" VALUES (:id, :title, :begun, :changed, :owner, :before, {_LAST})",
        made.model_dump() | {"owner": owner, "before": _TURNS.dump_json(list(before)).decode()},
    )
    return made


def _row(database: sqlite3.Connection, conversation: str, owner: str) -> Conversation:
    """Raises ConversationNotFound for one that is not the owner's."""
    row = database.execute(
        "SELECT id, title, begun, changed FROM conversation WHERE id = ? AND owner = ?", (valid(conversation), owner)
    ).fetchone()
    if row is None:
        raise _unknown(conversation)
    return Conversation(id=row[0], title=row[1], begun=row[2], changed=row[3])


def _add(database: sqlite3.Connection, kept: dict[str, str]) -> None:
    database.execute(
        "INSERT INTO exchange (conversation, asked, answer, answer_id, words, filters)"
        " VALUES (:conversation, :asked, :answer, :answer_id, :words, :filters)",
        kept,
    )


def _replace_last(database: sqlite3.Connection, replaced: str, kept: dict[str, str]) -> None:
    """Put an exchange in the place of the conversation's last. Raises ConversationChanged."""
    last = database.execute(
        "SELECT number, answer_id FROM exchange WHERE conversation = :conversation ORDER BY number DESC LIMIT 1", kept
    ).fetchone()
    if last is None or last[1] != replaced:
        raise ConversationChanged("the answer that was to be given anew is no longer the last one.", "Open it again.")
    database.execute(
        "UPDATE exchange SET asked = :asked, answer = :answer, answer_id = :answer_id, words = :words,"
        f" filters = :filters WHERE number = {last[0]:d}",
        kept,
    )


def _has(database: sqlite3.Connection, conversation: Conversation, wanted: list[str]) -> bool:
    """Whether each of the words is in the title or in some exchange."""
    title = fold_text(conversation.title)
    inside = "SELECT 1 FROM exchange WHERE conversation = ? AND instr(words, ?)"
    return all(word in title or database.execute(inside, (conversation.id, word)).fetchone() for word in wanted)


def _words(answer: Answer) -> str:
    return fold_text(f"{answer.question}\n{answer.answer}")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _unknown(conversation: str) -> ConversationNotFound:
    return ConversationNotFound(
        f"there is no conversation {conversation!r}.", "Begin one with: POST /api/conversations"
    )
