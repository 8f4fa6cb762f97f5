"""youju key."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from web.keys import MAX_DAYS, Key, KeyStore, Scope
from youju.cli.options import HomeOption, JsonOption, open_home, origins_in, print_json

app = typer.Typer(no_args_is_help=True, help="Keys of the API: made, listed, revoked.")


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    scope: Annotated[
        list[Scope] | None,
        typer.Option("--scope", help="What it is good for; may be given more than once [default: ask, read]"),
    ] = None,
    days: Annotated[int | None, typer.Option(min=1, max=MAX_DAYS, help="After which it opens nothing.")] = None,
    origin: Annotated[
        list[str] | None,
        typer.Option(
            "--origin", callback=origins_in, help="A site whose pages send it, and nobody else; more than once."
        ),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Make a key. It is shown this once, and kept as a digest alone."""
    key, given = _store(home).make(name, scope or [Scope.ASK, Scope.READ], days, origin or ())
    typer.echo(given)
    Console(stderr=True).print(f"{_said(key)}. Keep it: it is not shown again.", markup=False, soft_wrap=True)


@app.command("list")
def listed(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """All keys: their ids, never the keys themselves."""
    keys = _store(home).listed()
    if as_json:
        sets = [{"scopes": sorted(key.scopes), "origins": sorted(key.origins)} for key in keys]
        print_json([key.model_dump(mode="json") | given for key, given in zip(keys, sets, strict=True)])
        return
    table = Table(box=None)
    for column in ("id", "name", "scopes", "made", "expires", "state", "origins"):
        table.add_column(column, no_wrap=True)
    for key in keys:
        state = "revoked" if key.revoked else "valid" if key.is_valid() else "expired"
        scopes, origins = (" ".join(sorted(words)) for words in (key.scopes, key.origins))
        table.add_row(key.id, key.name, scopes, key.made[:10], key.expires[:10], state, origins)
    Console().print(table)


@app.command("revoke")
def revoke(
    key: Annotated[str, typer.Argument(metavar="ID", help="Of the key, as `youju key list` has it.")],
    home: HomeOption = None,
) -> None:
    """Let a key open nothing from now on, in a running server too."""
    typer.echo(f"revoked: {_said(_store(home).revoke(key))}", err=True)


def _store(home: Path | None) -> KeyStore:
    place, _ = open_home(home)
    return KeyStore(place.root / "keys.sqlite")


def _said(key: Key) -> str:
    until = f" until {key.expires[:10]}" if key.expires else ""
    from_where = f" from {', '.join(sorted(key.origins))}" if key.origins else ""
    return f"key {key.id} ({key.name}) for {', '.join(sorted(key.scopes))}{from_where}{until}"
