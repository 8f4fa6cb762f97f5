"""Writes an imported set as the folder that the index and the evaluation read."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import BaseModel

from eval.importers.records import ImportedSet
from eval.questions import ARTICLES, QUESTIONS, QuestionSetError


def write_set(imported: ImportedSet, folder: Path) -> None:
    """Write questions.jsonl and, where there are articles, articles.jsonl, each whole or not at all.

    Raises QuestionSetError where the folder has either of them or cannot be written.
    """
    taken = [name for name in (QUESTIONS, ARTICLES) if (folder / name).exists()]
    if taken:
        raise QuestionSetError(
            f"{folder} already has {' and '.join(taken)}.", "Choose another folder, or take what is there away."
        )
    texts = {ARTICLES: _lines(imported.articles), QUESTIONS: _lines(imported.questions)}
    try:
        _write(folder, {name: text for name, text in texts.items() if text})
    except OSError as error:
        raise QuestionSetError(f"{folder} cannot be written: {error.strerror}.") from error


def _write(folder: Path, texts: dict[str, str]) -> None:
    """Write all files beside their places first, so that they come together."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".import-", dir=folder) as beside:
        for name, text in texts.items():
            Path(beside, name).write_text(text, "utf-8", newline="\n")
        for name in texts:
            Path(beside, name).replace(folder / name)


def _lines(records: Sequence[BaseModel]) -> str:
    """One JSON object a line, without the fields that hold their defaults."""
    return "".join(record.model_dump_json(exclude_defaults=True) + "\n" for record in records)
