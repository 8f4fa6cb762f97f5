"""Write the questions about validation articles, which the reader has not learnt from, as a set of their own.

    python -m training.held_out SET... --out DIR

For each SET, a folder with questions.jsonl and articles.jsonl, DIR/NAME has the questions and a link to the articles:
`youju eval DIR/NAME` and `python -m eval.calibrate DIR/NAME/questions.jsonl` take it.
"""

from pathlib import Path
from typing import Annotated

import typer

from eval.questions import ARTICLES, QUESTIONS, read_questions
from eval.run_script import run_script
from training.split import Split


def held_out(folder: Path, out: Path) -> int:
    """How many questions were written."""
    out.mkdir(parents=True, exist_ok=True)
    link = out / ARTICLES
    link.unlink(missing_ok=True)
    link.symlink_to((folder / ARTICLES).resolve())
    questions = read_questions(folder / QUESTIONS, skip_bad=True)
    split = Split(folder)
    kept = [q for q in questions if any(map(split.is_validation, q.gold_articles))]
    (out / QUESTIONS).write_text("".join(f"{q.model_dump_json()}\n" for q in kept), "utf-8")
    return len(kept)


def run(
    folders: Annotated[list[Path], typer.Argument(metavar="SET...", exists=True, file_okay=False)],
    out: Annotated[Path, typer.Option(help="Folder to write to, a folder a set.")],
) -> None:
    for folder in folders:
        print(f"{folder.name}: {held_out(folder, out / folder.name)} questions")


if __name__ == "__main__":
    run_script(run)
