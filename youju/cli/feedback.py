"""youju feedback."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from index.errors import YoujuError
from qa.feedback import FeedbackStore, question_set
from youju.cli.options import HomeOption, JsonOption, open_home


def feedback(
    out: Annotated[
        Path | None, typer.Option("--export", metavar="FILE", help="Write it as a question set for `youju eval`.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """What people said of the answers they got in the chat."""
    place, _ = open_home(home)
    given = FeedbackStore(place.root / "feedback.sqlite").given()
    if out is not None:
        lines = [question.model_dump_json(exclude_defaults=True) for question in question_set(given)]
        try:
            out.write_text("".join(f"{line}\n" for line in lines), "utf-8")
        except OSError as error:
            raise YoujuError(
                f"{out} cannot be written: {error.strerror}.", "Name a file in a folder that is there."
            ) from error
        Console(stderr=True).print(f"{len(lines)} questions in {out}", markup=False)
    elif as_json:
        for one in given:
            sys.stdout.write(one.model_dump_json() + "\n")
    else:
        console = Console()
        for one in given:
            why = f" ({one.reason.value})" if one.reason else ""
            said = f": {one.comment}" if one.comment else ""
            mark = "good" if one.good else f"bad{why}"
            console.print(f"{one.given[:16]}  {mark}{said}\n  {one.answer.question}", markup=False, soft_wrap=True)
        console.print(f"{len(given)} in all")
