"""Foreign question sets into our form: one module a format, recognised by content.

imported = import_set(Path("DRCD_dev.json"))
write_set(imported, Path("drcd"))      # drcd/questions.jsonl, drcd/articles.jsonl
"""

from pathlib import Path

from eval.forms import Form
from eval.importers import beir, crud, csv, rageval, rgb, squad
from eval.importers.recognise import recognise
from eval.importers.records import ImportedArticle, ImportedSet
from eval.importers.write import write_set
from eval.questions import QuestionSetError

__all__ = ["Form", "ImportedArticle", "ImportedSet", "import_set", "write_set"]


def import_set(path: Path, form: Form | None = None, *, split: str = "test") -> ImportedSet:
    """The questions and articles of a foreign set; `split` chooses the qrels of a BEIR folder.

    Without `form` it is recognised from the content. Raises QuestionSetError with the file,
    the place in it and what was expected, and where there is no question in it.
    """
    imported = _read(path, form or recognise(path), split)
    if not imported.questions:
        notes = f" ({'; '.join(imported.notes)})" if imported.notes else ""
        raise QuestionSetError(f"{path} has no questions that can be asked{notes}.")
    return imported


def _read(path: Path, form: Form, split: str) -> ImportedSet:
    match form:
        case Form.SQUAD:
            return squad.read(path)
        case Form.RGB:
            return rgb.read(path)
        case Form.CRUD:
            return crud.read(path)
        case Form.RAGEVAL:
            return rageval.read(path)
        case Form.BEIR:
            return beir.read(path, split)
        case Form.CSV:
            return csv.read(path)
