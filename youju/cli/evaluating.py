"""youju eval, eval-compare, eval-import."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from eval.choose import Conversion
from eval.errors import GateError
from eval.forms import Form
from index.errors import YoujuError
from youju.cli.options import HomeOption, JsonOption, print_json

if TYPE_CHECKING:
    from eval.compare import Comparison, Flip
    from eval.judge import Judge, Judged
    from eval.metrics.figures import Figures
    from eval.questions import TestQuestion
    from eval.record import Prices, Record
    from eval.run_folder import RunFolder
    from eval.session import Metrics, Session
    from eval.set_folder import QuestionSet
    from eval.targets import Target

Item = TypeVar("Item")
INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it."""
SHOWN_FAILURES = 20
LEVELS = ("article", "evidence")

GateOption = Annotated[
    list[str] | None,
    typer.Option("--fail-under", metavar="METRIC=VALUE", help="End with status 1 when a figure is under this (over, "
                 "where lower is better). Repeatable."),
]  # fmt: skip


def evaluate(
    questions: Annotated[Path, typer.Argument(metavar="QUESTIONS", help="A .jsonl file, or a set's folder.")],
    out: Annotated[Path | None, typer.Option(help="Folder of the run [default: HOME/runs/NAME-TIME]")] = None,
    url: Annotated[str | None, typer.Option(help="Ask a running server instead of the index.")] = None,
    script: Annotated[Conversion | None, typer.Option(help="Ask in the other script.")] = None,
    tags: Annotated[list[str] | None, typer.Option(help="Only questions with one of these tags (a,b).")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Ask the first N; with --seed, N at random.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of --limit's choice.")] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Questions asked at the same time.")] = 1,
    price: Annotated[
        tuple[float, float] | None, typer.Option(metavar="IN OUT", help="A model's price for a million tokens.")
    ] = None,
    judge: Annotated[
        bool, typer.Option("--judge", help="Also have a model judge faithfulness (OPENAI_BASE_URL, _API_KEY, _MODEL).")
    ] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --out.")] = False,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Leave out lines that are not in the right form.")
    ] = False,
    fail_under: GateOption = None,
    expect: Annotated[
        Path | None, typer.Option(metavar="FILE", help="End with status 1 when a figure is worse than this file's.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run a question set; write its answers, figures and a report."""
    from eval.gates import check_values, read_expected
    from eval.run_folder import RunFolder
    from eval.set_folder import open_set
    from youju.settings import load_settings

    if resume and out is None:
        raise typer.BadParameter("--resume needs the folder of the run: --out DIR", param_hint="--resume")
    with _wrong_usage():
        gates = check_values(fail_under or []) + (read_expected(expect) if expect else [])
    root = load_settings(home=home).home
    chosen_set = open_set(questions)
    chosen = _chosen(chosen_set, script, tags, limit, seed, skip_bad)
    judging = _judge() if judge else None
    target = _target(chosen_set, url, root)
    folder = RunFolder(out or root / "runs" / f"{chosen_set.name}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    session = _session(folder, target, chosen, chosen_set.name, (script, tags, limit, seed), workers, _prices(price))
    with folder.writing():
        ended, metrics = _run(session, len(chosen), resume=resume)
        records = folder.records()
        if metrics is not None and not as_json:
            _show(folder, metrics, records)
        judged = _judged(folder, records, judging, workers) if judging and ended is None else None
    if as_json and metrics is not None:
        print_json(metrics.model_dump() | ({"judge": judged.model_dump()} if judged else {}))
    elif judged:
        _print_judged(Console(), judged)
    if ended is not None:
        why = "" if isinstance(ended, YoujuError) else "Interrupted: "
        _say(f"{why}{len(records)} of {len(chosen)} are kept. Go on with: --out {folder.path} --resume")
        raise ended
    if unmet := [gate.unmet(metrics.figures) for gate in gates if metrics and gate.unmet(metrics.figures)]:
        _say("\n".join(unmet))
        sys.exit(1)
    if gates:
        _say(f"{len(gates)} bounds kept")
    if any(record.error for record in records):
        sys.exit(3)


@contextmanager
def _wrong_usage() -> Iterator[None]:
    """A bound that cannot be is wrong usage, which has an exit status of its own."""
    try:
        yield
    except GateError as error:
        raise typer.BadParameter(str(error)) from error


def _chosen(
    questions: "QuestionSet",
    script: Conversion | None,
    tags: list[str] | None,
    limit: int | None,
    seed: int | None,
    skip_bad: bool,
) -> "list[TestQuestion]":
    from eval.choose import choose, in_script
    from eval.questions import check_questions, read_questions

    found = read_questions(questions.questions, skip_bad=skip_bad)
    if skip_bad:
        for problem in check_questions(questions.questions).problems:
            _say(f"left out: {problem}")
    wanted = [tag for given in tags or [] for tag in given.split(",") if tag]
    return in_script(choose(found, tags=wanted, limit=limit, seed=seed), script)


def _target(questions: "QuestionSet", url: str | None, root: Path) -> "Target":
    """The server, the set's own index, or the index at hand; opened, so that what is missing is said at once."""
    from eval.set_folder import SetIndex
    from eval.targets import HttpTarget, LocalTarget
    from index.embed import make_embedder
    from index.generations import Home
    from qa.library import Library
    from qa.rerank import make_reranker
    from youju.settings import load_settings

    if url is not None:
        return HttpTarget(url)
    settings = load_settings()
    embedder = make_embedder(settings.embedder, settings.cache)
    home = Home(root)
    if questions.articles is not None:
        own = SetIndex(root, questions.articles, embedder)
        if not own.is_complete:
            for _ in _with_progress(own.build(), own.count(), "indexing the set's articles"):
                pass
        home = own.home
    library = Library(home, embedder, reranker=make_reranker(settings.reranker))
    library.pipeline()
    embedder.warm_up()
    return LocalTarget(library, str(home.root))


def _session(
    folder: "RunFolder",
    target: "Target",
    chosen: "list[TestQuestion]",
    name: str,
    choice: tuple[Conversion | None, list[str] | None, int | None, int | None],
    workers: int,
    prices: "Prices | None",
) -> "Session":
    from eval.run_folder import RunSettings, digest
    from eval.session import Session

    script, tags, limit, seed = choice
    settings = RunSettings(
        name=name,
        questions=digest(chosen),
        count=len(chosen),
        script=script.value if script else None,
        tags=tags or [],
        limit=limit,
        seed=seed,
        target=target.describe(),
    )
    return Session(folder, target, chosen, settings, workers=workers, prices=prices)


def _prices(price: tuple[float, float] | None) -> "Prices | None":
    from eval.record import Prices

    return Prices(input=price[0], output=price[1]) if price else None


def _run(session: "Session", total: int, *, resume: bool) -> "tuple[BaseException | None, Metrics | None]":
    """What ended the run before its end, if anything, and what came of it so far."""
    done = session.begin(resume=resume)
    ended: BaseException | None = None
    try:
        with closing(session.run()) as records:  # wherever Ctrl-C falls, what is being asked is kept
            for _ in _with_progress(records, total, "asking", done):
                pass
        session.check_target()
    except (KeyboardInterrupt, YoujuError) as error:
        ended = error if isinstance(error, YoujuError) else SystemExit(INTERRUPTED)
    return ended, session.finish()


def _judge() -> "Judge":
    """The judge that the environment names; what is missing is said before anything runs."""
    from eval.judge import make_judge
    from youju.settings import ModelSettings

    settings = ModelSettings()
    key = settings.api_key.get_secret_value() if settings.api_key else None
    return make_judge(key, settings.base_url, settings.model)


def _judged(folder: "RunFolder", records: "list[Record]", judge: "Judge", workers: int) -> "Judged":
    from eval.judge import judge_run, summarize

    answered = sum(bool(record.answer and record.answer.sentences) for record in records)
    for _ in _with_progress(judge_run(folder, records, judge, workers=workers), answered, "judging"):
        pass
    return summarize(folder, judge)


def _with_progress(items: Iterable[Item], total: int, what: str, done: int = 0) -> Iterator[Item]:
    """The items, with a bar and the time left on standard error, which goes away at the end."""
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=total, completed=done)
        for item in items:
            progress.advance(task)
            yield item


def _show(folder: "RunFolder", metrics: "Metrics", records: "list[Record]") -> None:
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


def _print_judged(console: Console, judged: "Judged") -> None:
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


def _say(message: str) -> None:
    Console(stderr=True).print(escape(message), soft_wrap=True, highlight=False)


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

    with _wrong_usage():
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
        _say("\n".join(filter(None, unmet)))
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


def import_questions(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A file or folder of the foreign set.")],
    out: Annotated[Path, typer.Option(help="Folder to write questions.jsonl and articles.jsonl to.")],
    form: Annotated[Form | None, typer.Option("--format", help="Its form, where it is not recognised.")] = None,
    split: Annotated[str, typer.Option(help="Of a BEIR folder: which qrels.")] = "test",
) -> None:
    """Bring a question set into our form: SQuAD (CMRC, DRCD), RGB, CRUD-RAG, RAGEval, BEIR, CSV."""
    from eval.importers import import_set, write_set

    imported = import_set(path, form, split=split)
    write_set(imported, out)
    for note in imported.notes:
        _say(note)
    Console().print(
        f"{len(imported.questions)} questions, {len(imported.articles)} articles; run them with: youju eval {out}",
        markup=False, highlight=False, soft_wrap=True,
    )  # fmt: skip
