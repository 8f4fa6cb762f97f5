"""The commands' table and how errors leave it.

Exit status: 0 done (also for a refusal), 1 an error, 2 wrong usage, 3 some inputs failed.
"""

import sys

import typer

from index.errors import YoujuError
from youju.cli import articles, asking, comparing, evaluating, feedback, importing, keys, serving, tools, verifying

app = typer.Typer(
    name="youju",
    help="Cited question answering over Chinese articles (有据).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("index")(articles.index)
app.command("articles")(articles.list_articles)
app.command("remove")(articles.remove)
app.command("search")(asking.search)
app.command("ask")(asking.ask)
app.command("verify")(verifying.verify)
app.command("serve")(serving.serve)
app.command("mcp")(tools.mcp)
app.command("eval")(evaluating.evaluate)
app.command("eval-compare")(comparing.compare_runs)
app.command("eval-import")(importing.import_questions)
app.command("feedback")(feedback.feedback)
app.add_typer(keys.app, name="key")


def main() -> None:
    """Run a command; our own errors become one line and exit status 1."""
    try:
        app()
    except YoujuError as error:
        sys.stderr.write(f"youju: {error}\n")
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output went away; nothing is left to say
        sys.exit(0)
