"""The options that hold search and ask to some of the articles, or to a day."""

from datetime import datetime
from typing import Annotated

import typer
from pydantic import ValidationError

from qa.filters import Filters

SinceOption = Annotated[
    datetime | None,
    typer.Option("--since", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Only articles of this day or later."),
]
UntilOption = Annotated[
    datetime | None,
    typer.Option("--until", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Only articles of this day or earlier."),
]
AsofOption = Annotated[
    datetime | None,
    typer.Option(
        "--asof",
        formats=["%Y-%m-%d"],
        metavar="YYYY-MM-DD",
        help="The day that 今年 or 昨天 is counted from; other times then do not answer. By default today.",
    ),
]
SourceOption = Annotated[
    list[str] | None,
    typer.Option("--source", metavar="NAME", help="Only articles of this source, in either script. Repeatable."),
]
ArticleOption = Annotated[
    list[str] | None, typer.Option("--article", metavar="ID", help="Only the article with this id. Repeatable.")
]


def filters_of(
    since: datetime | None, until: datetime | None, sources: list[str] | None, articles: list[str] | None
) -> Filters:
    """The options together; those that cannot be are wrong usage."""
    try:
        return Filters(
            since=since.date() if since else None,
            until=until.date() if until else None,
            sources=sources or [],
            articles=articles or [],
        )
    except ValidationError as error:
        first = error.errors()[0]
        option = {"sources": "--source", "articles": "--article"}.get(str(first["loc"][0]) if first["loc"] else "")
        raise typer.BadParameter(str(first["msg"]), param_hint=option or "--since") from error
