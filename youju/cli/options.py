"""Options that several commands share, and what they open."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from index.embed import Embedder, make_embedder
from index.generations import Home
from youju.origins import origin_of
from youju.settings import load_settings

if TYPE_CHECKING:
    from qa.library import Library

HomeOption = Annotated[
    Path | None, typer.Option("--home", help="Folder of the index [default: $YOUJU_HOME, else ./.youju]")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON alone.")]


def open_home(home: Path | None) -> tuple[Home, Embedder]:
    settings = load_settings(home=home)
    return Home(settings.home), make_embedder(settings.embedder, settings.cache)


def open_library(home: Path | None) -> "Library":
    """The home's index with what the settings say of asking."""
    from youju.assembly import make_library

    return make_library(load_settings(home=home))


def origins_in(given: list[str] | None) -> list[str] | None:
    """Origins in their one form, checked as they are read."""
    try:
        return [origin_of(text) for text in given] if given else given
    except ValueError as error:
        raise typer.BadParameter(f"{error}.") from error


def print_json(value: object) -> None:
    """JSON on standard output, Chinese characters as they are."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
