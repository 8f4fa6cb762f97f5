"""Tables with a header: .csv or .tsv, in UTF-8, UTF-16, GB18030 or Big5. Not a published form; ours.

| column | names | cell |
|---|---|---|
| question | question, query, 问题, 問題 | must be there |
| answers | answer, answers, 答案 | parts separated by `||`, aliases of a part by `|`: 融合||集群|群聚 |
| id | id | the row's number where it is empty |
| article | article, articles, gold | ids separated by `|` |
| quote | quote | words of the first article of the row that answer |
| tags | tag, tags | separated by `|` |
| answerable | answerable | true, false, 1, 0, 是, 否; true where it is empty |

Cells are separated by commas, tabs or semicolons. An empty answer says that none is known,
not that there is none; that of an unanswerable question is left out. Columns with other
names are passed over.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, ValidationError

from eval.importers.builder import SetBuilder, unique
from eval.importers.foreign import Foreign, misfit, read_bytes, refuse_twice
from eval.importers.records import ImportedSet
from eval.questions import GoldEvidence, QuestionSetError
from index.errors import LoadError
from index.load.decode import decode

COLUMNS = {
    "question": ("question", "query", "问题", "問題"),
    "answers": ("answer", "answers", "答案"),
    "id": ("id",),
    "article": ("article", "articles", "gold"),
    "quote": ("quote",),
    "tags": ("tag", "tags"),
    "answerable": ("answerable",),
}
"""Our name of each column, and the names that it is known by."""

_OURS = {name: ours for ours, names in COLUMNS.items() for name in names}
_TRUTH = {"true": True, "1": True, "是": True, "false": False, "0": False, "否": False}


def _split(cell: str) -> list[str]:
    return unique(piece.strip() for piece in cell.split("|"))


def _parts(cell: str) -> list[list[str]]:
    return [aliases for part in cell.split("||") if (aliases := _split(part))]


def _truth(cell: str) -> bool:
    if (known := _TRUTH.get(cell.casefold())) is None:
        raise ValueError(f"expected one of {', '.join(_TRUTH)}, not {cell!r}")
    return known


Pieces = Annotated[tuple[str, ...], BeforeValidator(_split)]


class Row(Foreign):
    """A row of the table; cells that are empty are not given."""

    question: str = ""
    answers: Annotated[tuple[list[str], ...], BeforeValidator(_parts)] = ()
    id: str = ""
    article: Pieces = ()
    quote: str = ""
    tags: Pieces = ()
    answerable: Annotated[bool, BeforeValidator(_truth)] = True


@dataclass(frozen=True, slots=True)
class Header:
    """How cells are separated, the columns' names, and what each is to us: a key of COLUMNS or ""."""

    delimiter: str
    names: list[str]

    @property
    def columns(self) -> list[str]:
        return [_OURS.get(name.casefold(), "") for name in self.names]


def read(path: Path) -> ImportedSet:
    """The questions of a table; it has no articles. Raises QuestionSetError."""
    text = read_table(path)
    header = find_header(text)
    _refuse_columns(f"{path}, line 1", header)
    builder = SetBuilder()
    for name, column in zip(header.names, header.columns, strict=True):
        if not column:
            builder.note(f"columns named {name!r}, passed over")
    ids: set[str] = set()
    for number, (where, row) in enumerate(_rows(path, text, header), start=1):
        refuse_twice(where, "id", row.id, ids)
        ids.update([row.id] if row.id else [])
        _add(builder, where, row, number)
    return builder.build()


def read_table(path: Path) -> str:
    """The text of a table in any encoding that the index reads. Raises QuestionSetError."""
    try:
        return decode(read_bytes(path))
    except LoadError as error:
        raise QuestionSetError(f"{path}: {error.message}", error.hint) from error


def find_header(text: str) -> Header:
    """The first row that is not blank, by the separator that gives a question column, else the most columns."""
    headers = [Header(delimiter, _names(text, delimiter)) for delimiter in ",\t;"]
    return max(headers, key=lambda header: ("question" in header.columns, len(header.names)))


def _names(text: str, delimiter: str) -> list[str]:
    """The cells of the header; none for a text that is no table by this delimiter."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return [name.strip() for name in next(filter(_is_filled, reader), [])]
    except csv.Error:
        return []


def _is_filled(cells: list[str]) -> bool:
    return any(cell.strip() for cell in cells)


def _refuse_columns(where: str, header: Header) -> None:
    """Raise QuestionSetError where the question has no column, or something has two."""
    if "question" not in header.columns:
        raise QuestionSetError(
            f"{where}: there is no column for the question. The columns are: {', '.join(header.names)}.",
            f"Name it one of {', '.join(COLUMNS['question'])}.",
        )
    for column, known in COLUMNS.items():
        names = [name for name, ours in zip(header.names, header.columns, strict=True) if ours == column]
        if len(names) > 1:
            raise QuestionSetError(f"{where}: {' and '.join(names)} are both a column for {known[0]}; leave one.")


def _rows(path: Path, text: str, header: Header) -> Iterator[tuple[str, Row]]:
    """Each row below the header that is not blank, after the line that it ends on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=header.delimiter, strict=True)
    try:
        for cells in islice(filter(_is_filled, reader), 1, None):
            yield (where := f"{path}, line {reader.line_num}"), _row(where, cells, header)
    except csv.Error as error:
        raise QuestionSetError(f"{path}, line {reader.line_num}: {error}.") from error


def _row(where: str, cells: list[str], header: Header) -> Row:
    if len(cells) != len(header.names):
        raise QuestionSetError(f"{where}: {len(cells)} cells; the header has {len(header.names)}.")
    given = {column: cell.strip() for column, cell in zip(header.columns, cells, strict=True) if column}
    try:
        return Row.model_validate({column: cell for column, cell in given.items() if cell})
    except ValidationError as error:
        raise misfit(where, error) from error


def _add(builder: SetBuilder, where: str, row: Row, number: int) -> None:
    if row.quote and not row.article:
        raise QuestionSetError(f"{where}: quote: it needs the id of its article in the column article.")
    if row.answers and not row.answerable:
        builder.note("answers of unanswerable questions, left out")
    builder.add_question(
        row.id or str(number),
        row.question,
        answers=row.answers if row.answerable else [],
        evidence=[GoldEvidence(article=row.article[0], quote=row.quote)] if row.quote else [],
        gold=row.article[1:] if row.quote else row.article,
        answerable=row.answerable,
        tags=row.tags,
    )
