"""youju verify."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from index.errors import LoadError
from index.records import LoadedArticle
from qa.answer import Verdict
from qa.verify.cited import CitedText
from qa.verify.verification import Verification
from youju.cli.options import JsonOption, print_json
from youju.settings import load_settings

_STYLES = {Verdict.SUPPORTED: "green", Verdict.PARTIAL: "yellow", Verdict.UNSUPPORTED: "red"}


def verify(
    statement: Annotated[str, typer.Argument(help="A sentence.")],
    against: Annotated[
        list[Path],
        typer.Option(
            "--against",
            help="File that it cites, of any kind that can be indexed; may be given several times.",
            exists=True,
            dir_okay=False,
        ),
    ],
    as_json: JsonOption = False,
) -> None:
    """Check whether texts bear a statement out. Exit status 0 whatever the verdict."""
    from youju.assembly import make_verifier

    verification = make_verifier(load_settings()).verify(statement, _cited(against))
    if as_json:
        print_json(verification.model_dump())
    else:
        _print(verification, Console())


def _cited(paths: list[Path]) -> list[CitedText]:
    from index.load import load  # the readers of every format

    found = []
    for item in load(paths):
        if not isinstance(item, LoadedArticle):
            raise LoadError(f"{item.where}: {item.reason}.")
        found.append(CitedText(item.text, item.title, item.published))
    return found


def _print(verification: Verification, console: Console) -> None:
    head = Text(verification.verdict.value, style=_STYLES[verification.verdict])
    console.print(head.append(f"  {verification.confidence:.2f}", style="dim"))
    for reason in verification.reasons:
        console.print(Text(f"  {reason}"), soft_wrap=True)
