"""What eval and eval-compare share: bounds on figures, and words on standard error."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from eval.errors import GateError

GateOption = Annotated[
    list[str] | None,
    typer.Option("--fail-under", metavar="METRIC=VALUE", help="End with status 1 when a figure is under this (over, "
                 "where lower is better). Repeatable."),
]  # fmt: skip


@contextmanager
def wrong_usage() -> Iterator[None]:
    """A bound that cannot be is wrong usage, which has an exit status of its own."""
    try:
        yield
    except GateError as error:
        raise typer.BadParameter(str(error)) from error


def say(message: str) -> None:
    """A line on standard error."""
    Console(stderr=True).print(escape(message), soft_wrap=True, highlight=False)
