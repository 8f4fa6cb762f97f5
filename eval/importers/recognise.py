"""Tells a foreign set's form by what is in it, so that a renamed file is still known."""

from pathlib import Path

from pydantic_core import from_json

from eval.forms import Form
from eval.importers import beir, crud, csv, rageval
from eval.questions import QuestionSetError

MARKS = {
    Form.SQUAD: 'a JSON object with "data", a list of entries with "paragraphs" (CMRC: a list of "context_text")',
    Form.RGB: 'JSON lines with "query", "answer" and "positive"',
    Form.CRUD: f"a JSON object with {', '.join(crud.TASKS)}",
    Form.RAGEVAL: f"a folder with {rageval.DOCS} and {rageval.QUERIES}",
    Form.BEIR: f"a folder with {beir.CORPUS}, {beir.QUERIES} and {beir.QRELS}/",
    Form.CSV: f"a table with a column {', '.join(csv.COLUMNS['question'])}",
}
"""What each form is recognised by, in words."""

WAY_OUT = f"If it is one of these, say which with --format ({', '.join(Form)})."


def recognise(path: Path) -> Form:
    """The form of a file or folder. Raises QuestionSetError where it is none that we know."""
    if not path.exists():
        raise QuestionSetError(f"{path} does not exist.")
    form = _folder(path) if path.is_dir() else _file(path)
    if form is None:
        looked_for = "; ".join(f"{form}: {mark}" for form, mark in MARKS.items())
        raise QuestionSetError(f"{path} is in no form that is known. Looked for: {looked_for}.", WAY_OUT)
    return form


def _folder(folder: Path) -> Form | None:
    if "doc_id" in _keys_of_line(folder / rageval.DOCS) and (folder / rageval.QUERIES).is_file():
        return Form.RAGEVAL
    if "_id" in _keys_of_line(folder / beir.CORPUS) and (folder / beir.QRELS).is_dir():
        return Form.BEIR
    return None


def _file(path: Path) -> Form | None:
    text = csv.read_table(path)
    if not text.lstrip().startswith(("{", "[")):
        return Form.CSV if "question" in csv.find_header(text).columns else None
    value = _value(path, text.strip())
    if len(_keys(value) & {"query", "answer", "positive"}) > 1:
        return Form.RGB
    if _keys(value).intersection(crud.TASKS):
        return Form.CRUD
    if _keys(_entry(value)) & {"paragraphs", "context_text"}:
        return Form.SQUAD
    return None


def _value(path: Path, text: str) -> object:
    """The JSON value of the first line, else of the text: as far as it goes, so that a cut file is known too."""
    try:
        return from_json(text.partition("\n")[0])
    except ValueError:
        pass
    try:
        return from_json(text, allow_partial=True)
    except ValueError as error:
        raise QuestionSetError(f"{path} begins like JSON and is none: {error}.") from error


def _entry(value: object) -> object:
    """The first entry of a list, or of the list under "data"."""
    entries = value.get("data") if isinstance(value, dict) else value
    return entries[0] if isinstance(entries, list) and entries else None


def _keys(value: object) -> set[str]:
    return set(value) if isinstance(value, dict) else set()


def _keys_of_line(path: Path) -> set[str]:
    """The keys of the object on a file's first line; none where it is not there."""
    try:
        with path.open("rb") as file:
            return _keys(from_json(file.readline().removeprefix(b"\xef\xbb\xbf")))
    except (OSError, ValueError):
        return set()
