"""The figures of a run, and a judge's opinion, on a terminal."""

from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from eval.judge import Judged
    from eval.metrics.figures import Figures
    from eval.record import Record
    from eval.run_folder import RunFolder
    from eval.session import Metrics

SHOWN_FAILURES = 20
LEVELS = ("article", "evidence")


def show_run(folder: "RunFolder", metrics: "Metrics", records: "list[Record]") -> None:
    """Failures first, then the figures."""
    from eval.problems import failures

    console = Console()
    failed = failures(records)
    for kind, record in failed[:SHOWN_FAILURES]:
        told = record.error or (record.answer.answer if record.answer else "")
        line = f"{kind}: {record.question.id}  {record.question.question}  =>  {told[:80]!r}"
        console.print(escape(line), soft_wrap=True, highlight=False)
    if len(failed) > SHOWN_FAILURES:
        console.print(f"and {len(failed) - SHOWN_FAILURES} more, in the report")
    if lost := sum(len(record.unlocated) for record in records):
        console.print(
            f"{lost} gold quotes are not in the indexed articles and are left out of the figures", style="yellow"
        )
    _print_figures(console, metrics.figures)
    console.print(f"{metrics.asked} of {metrics.of} questions; report: {folder.path / 'report.html'}", soft_wrap=True)


def _print_figures(console: Console, figures: "Figures") -> None:
    from eval.metrics.figures import ALL
    from eval.metrics.retrieval import LEGS, MEASURES
    from eval.wording import shown, shown_interval

    found = figures.figures[ALL]
    table = Table(box=None)
    for name in ("metric", "value", "95 % interval", "questions"):
        table.add_column(name, justify="left" if name == "metric" else "right", no_wrap=True)
    ranked = {f"{level}.{leg}{measure}" for level in LEVELS for leg in LEGS for measure in MEASURES}
    for name, figure in found.items():
        if name not in ranked:
            table.add_row(name, shown(name, figure.value), shown_interval(name, figure), str(figure.count))
    console.print(table)
    legs = Table(box=None)
    for name in ("retrieval, %", *MEASURES):
        legs.add_column(name, justify="left" if name.startswith("retrieval") else "right", no_wrap=True)
    for level in LEVELS:
        for leg in LEGS:
            values = [found.get(f"{level}.{leg}{measure}") for measure in MEASURES]
            if any(values):
                cells = (f"{100 * value.value:.1f}" if value else "" for value in values)
                legs.add_row(f"{level} {leg.rstrip('.') or 'fusion'}", *cells)
    console.print(legs)


def print_judged(console: Console, judged: "Judged") -> None:
    """A model's opinion, on a line of its own."""
    from eval.wording import shown, shown_interval

    share = "nothing readable"
    if judged.faithful:
        share = f"{shown('correct', judged.faithful.value)} faithful ({shown_interval('correct', judged.faithful)})"
    counts = ", ".join(f"{count} {ruling}" for ruling, count in judged.counts.items())
    console.print(
        f"judged by {judged.model}, prompt {judged.prompt} {judged.prompt_hash}: {share}; {counts}",
        markup=False, highlight=False, soft_wrap=True,
    )  # fmt: skip
