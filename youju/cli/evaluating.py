"""youju eval."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from eval.choose import Conversion
from index.errors import YoujuError
from youju.cli.gating import GateOption, say, wrong_usage
from youju.cli.options import HomeOption, JsonOption, print_json
from youju.cli.showing import print_judged, show_run

if TYPE_CHECKING:
    from eval.gates import Gate
    from eval.judge import Judge, Judged
    from eval.questions import TestQuestion
    from eval.record import Record
    from eval.run_folder import RunFolder
    from eval.session import Metrics, Session
    from eval.set_folder import QuestionSet
    from eval.targets import Target
    from qa.generation.prices import Prices

Item = TypeVar("Item")
INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it."""


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
    with wrong_usage():
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
            show_run(folder, metrics, records)
        judged = _judged(folder, records, judging, workers) if judging and ended is None else None
    if as_json and metrics is not None:
        print_json(metrics.model_dump() | ({"judge": judged.model_dump()} if judged else {}))
    elif judged:
        print_judged(Console(), judged)
    if ended is not None:
        why = "" if isinstance(ended, YoujuError) else "Interrupted: "
        say(f"{why}{len(records)} of {len(chosen)} are kept. Go on with: --out {folder.path} --resume")
        raise ended
    _check(gates, metrics, records)


def _check(gates: "list[Gate]", metrics: "Metrics | None", records: "list[Record]") -> None:
    """End with the status that broken bounds, or questions without an answer, have."""
    if unmet := [gate.unmet(metrics.figures) for gate in gates if metrics and gate.unmet(metrics.figures)]:
        say("\n".join(unmet))
        sys.exit(1)
    if gates:
        say(f"{len(gates)} bounds kept")
    if any(record.error for record in records):
        sys.exit(3)


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
            say(f"left out: {problem}")
    wanted = [tag for given in tags or [] for tag in given.split(",") if tag]
    return in_script(choose(found, tags=wanted, limit=limit, seed=seed), script)


def _target(questions: "QuestionSet", url: str | None, root: Path) -> "Target":
    """The server, the set's own index, or the index at hand; opened, so that what is missing is said at once."""
    from eval.set_folder import SetIndex
    from eval.targets import HttpTarget, LocalTarget
    from index.embed import make_embedder
    from index.generations import Home
    from youju.assembly import make_library
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
    library = make_library(settings, home)
    library.pipeline()
    library.warm_up()
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
    from qa.generation.prices import Prices

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
