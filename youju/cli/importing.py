"""youju eval-import."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from eval.forms import Form
from youju.cli.gating import say


def import_questions(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A file or folder of the foreign set.")],
    out: Annotated[Path, typer.Option(help="Folder to write questions.jsonl and articles.jsonl to.")],
    form: Annotated[Form | None, typer.Option("--format", help="Its form, where it is not recognised.")] = None,
    split: Annotated[str, typer.Option(help="Of a BEIR folder: which qrels.")] = "test",
) -> None:
    """Bring a question set into our form: SQuAD (CMRC, DRCD), RGB, CRUD-RAG, RAGEval, BEIR, CSV."""
    from eval.importers import import_set, write_set

    imported = import_set(path, form, split=split)
    write_set(imported, out)
    for note in imported.notes:
        say(note)
    Console().print(
        f"{len(imported.questions)} questions, {len(imported.articles)} articles; run them with: youju eval {out}",
        markup=False, highlight=False, soft_wrap=True,
    )  # fmt: skip
