"""How the scripts of this folder are run: our own errors become one line and status 1."""

import sys
from collections.abc import Callable

import httpx
import typer

from index.errors import YoujuError


def run_script(function: Callable[..., object]) -> None:
    try:
        typer.run(function)
    except YoujuError as error:
        sys.exit(f"error: {error}")
    except httpx.ConnectError as error:
        sys.exit(f"error: the server does not answer ({error}). Start it with: youju serve")
