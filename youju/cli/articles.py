"""youju index, articles, remove."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from index.errors import IndexMissing
from index.generations import Home
from index.store import Store
from youju.cli.options import HomeOption, JsonOption, open_home, print_json

if TYPE_CHECKING:
    from index.build import Event, Summary


def index(
    paths: Annotated[list[Path] | None, typer.Argument(help="Files or folders.", metavar="PATH...")] = None,
    delete_missing: Annotated[
        bool, typer.Option("--delete-missing", help="Remove articles that are no longer in the given folders.")
    ] = False,
    re_embed: Annotated[
        bool, typer.Option("--re-embed", help="Embed every stored article again with the embedder that is set.")
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add or update articles: .txt .md .html .pdf .docx, and .jsonl in bulk."""
    from index.build import Indexer, Summary
    from index.load.apart import ParserProcess

    if not paths and not re_embed:
        raise typer.BadParameter("give at least one file or folder (or --re-embed)", param_hint="PATH")
    place, embedder = open_home(home)
    summary = Summary()
    # A file on which a library crashes must not end a run over thousands. It costs a millisecond a file (see ParserProcess).
    with place.write_lock(), ParserProcess() as parser:
        indexer = Indexer(place, embedder, re_embed=re_embed, read=parser.read)
        try:
            events = indexer.index(paths or [], delete_missing=delete_missing)
            total = indexer.count(paths or [])
            for event in events if as_json else _with_progress(events, total):
                summary.add(event)
                if as_json:
                    sys.stdout.write(json.dumps(asdict(event), ensure_ascii=False) + "\n")
                    sys.stdout.flush()
                elif event.detail and event.outcome != "failed":
                    Console(stderr=True).print(f"{event.article_id}: {event.detail}", markup=False)
        finally:
            indexer.close()
    if not as_json:
        _print_summary(summary)
    if summary.failures:
        sys.exit(3)


def _with_progress(events: "Iterator[Event]", total: int) -> "Iterator[Event]":
    """The events, with a bar on standard error that goes away at the end."""
    columns = (
        TextColumn("indexing"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("indexing", total=total)
        for event in events:
            progress.advance(task)
            yield event


def _print_summary(summary: "Summary") -> None:
    console = Console()
    for failure in summary.failures:
        console.print(f"failed: {failure.detail}", style="red", markup=False, soft_wrap=True)
    counts = ", ".join(f"{count} {outcome}" for outcome, count in summary.counts.items())
    console.print(f"{counts}; {summary.reprints} of them reprints", markup=False)


def list_articles(
    home: HomeOption = None,
    as_json: JsonOption = False,
    dropped: Annotated[
        str | None, typer.Option("--dropped", metavar="ID", help="Show what cleaning dropped from one article.")
    ] = None,
) -> None:
    """List the indexed articles."""
    place, _ = open_home(home)
    store = _open_store(place)
    try:
        if dropped is not None:
            _print_dropped(store, dropped, as_json)
            return
        rows = store.summaries()
    finally:
        store.close()
    if as_json:
        print_json([asdict(row) for row in rows])
        return
    table = Table(box=None)
    table.add_column("id", no_wrap=True)
    table.add_column("title", overflow="ellipsis", no_wrap=True, max_width=60)
    for name in ("source", "published", "characters", "sentences", "reprint of"):
        table.add_column(name, no_wrap=True)
    for row in rows:
        reprint = row.group if row.group != row.id else ""
        cells = (row.id, row.title, row.source, row.published, f"{row.characters:,}", f"{row.sentences:,}", reprint)
        table.add_row(*map(escape, cells))
    console = Console()
    # Into a file or a pipe nothing is cut off.
    (console if console.is_terminal else Console(width=1000)).print(table)


def _print_dropped(store: Store, article_id: str, as_json: bool) -> None:
    article = store.article(article_id)
    if as_json:
        print_json({"dropped": [asdict(d) for d in article.dropped], "notes": list(article.notes)})
        return
    console = Console()
    for block in article.dropped:
        console.print(f"{block.rule}:", style="bold", end=" ")
        console.print(block.text, markup=False, highlight=False, soft_wrap=True)
    for note in article.notes:
        console.print(f"note: {note}", markup=False)
    if not article.dropped and not article.notes:
        console.print("nothing was dropped")


def remove(
    article_ids: Annotated[list[str], typer.Argument(help="Ids, as `youju articles` shows them.", metavar="ID...")],
    home: HomeOption = None,
) -> None:
    """Remove articles from the index."""
    from index.build import Indexer

    place, embedder = open_home(home)
    _open_store(place).close()
    with place.write_lock():
        indexer = Indexer(place, embedder)
        try:
            removed = list(indexer.remove(article_ids))
            indexer.finish()
        finally:
            indexer.close()
    Console().print(f"{len(removed)} removed")


def _open_store(home: Home) -> Store:
    if not home.exists:
        raise IndexMissing(f"there is no index in {home.root}.", "Make one with: youju index PATH")
    return Store(home.store)
