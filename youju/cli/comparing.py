"""youju eval-compare."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from index.errors import YoujuError
from youju.cli.gating import GateOption, say, wrong_usage
from youju.cli.options import JsonOption, print_json

if TYPE_CHECKING:
    from eval.compare import Comparison, Flip


def compare_runs(
    a: Annotated[Path, typer.Argument(metavar="RUN_A", help="The folder of the run before.")],
    b: Annotated[Path, typer.Argument(metavar="RUN_B", help="The folder of the run after.")],
    html: Annotated[Path | None, typer.Option(help="Also write the comparison as a page.")] = None,
    no_worse: Annotated[
        list[str] | None,
        typer.Option("--no-worse", metavar="METRIC", help="End with status 1 when B is worse. Repeatable."),
    ] = None,
    only_real: Annotated[
        bool, typer.Option("--only-real", help="Let --no-worse pass over differences with p ≥ 0.05.")
    ] = False,
    fail_under: GateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare two runs over the same questions: differences, intervals, p-values, questions won and lost."""
    from eval.compare import compare
    from eval.gates import check_direction, check_values
    from eval.metrics.figures import figures
    from eval.run_folder import RunFolder

    with wrong_usage():
        gates, guarded = check_values(fail_under or []), [check_direction(name) for name in no_worse or []]
    before, after = RunFolder(a), RunFolder(b)
    infos, answers = (before.info(), after.info()), (before.records(), after.records())
    found = compare(*answers)
    if html is not None:
        from eval.report.comparison import render_comparison

        try:
            html.write_text(render_comparison(*infos, found), "utf-8")
        except OSError as error:
            raise YoujuError(f"{html} cannot be written: {error.strerror}.", "Choose another --html.") from error
    if as_json:
        print_json(found.model_dump())
    else:
        _print_comparison(found)
    unmet = [found.unmet(name, only_real=only_real) for name in guarded]
    if gates:
        measured = figures(answers[1])
        unmet += [gate.unmet(measured) for gate in gates]
    if any(unmet):
        say("\n".join(filter(None, unmet)))
        sys.exit(1)


def _print_comparison(found: "Comparison") -> None:
    from eval.wording import shown, shown_difference

    console = Console()
    table = Table(box=None)
    for name in ("metric", "A", "B", "B − A", "95 % interval", "p", "n"):
        table.add_column(name, justify="left" if name == "metric" else "right", no_wrap=True)
    for change in found.changes:
        if _is_leg(change.metric) and change.difference == 0:
            continue  # 24 rows of nothing
        bounds = (shown_difference(change.metric, b) for b in (change.low, change.high) if b is not None)
        cells = (shown(change.metric, change.a), shown(change.metric, change.b))
        difference = shown_difference(change.metric, change.difference)
        style = "" if not change.is_real else "red" if change.is_worse else "green" if change.is_better else ""
        table.add_row(
            change.metric, *cells, difference, " – ".join(bounds), f"{change.p:.3f}", str(change.count), style=style
        )
    # Into a file or a pipe nothing is cut off.
    (console if console.is_terminal else Console(width=120)).print(table)
    for metric in found.won:
        _print_flips(console, f"{metric} won", "+", found.won[metric])
        _print_flips(console, f"{metric} lost", "-", found.lost[metric])
    console.print(
        f"{found.common} questions in common, {found.only_a} only in A, {found.only_b} only in B, "
        f"{found.reworded} asked in other words or another script",
        highlight=False,
    )


def _is_leg(metric: str) -> bool:
    return ".dense." in metric or ".lexical." in metric


def _print_flips(console: Console, title: str, sign: str, flips: "list[Flip]") -> None:
    console.print(f"{title}: {len(flips)}", style="bold", highlight=False)
    for flip in flips:
        console.print(f"  {sign} {flip.id}  {flip.question}", markup=False, highlight=False, soft_wrap=True)
