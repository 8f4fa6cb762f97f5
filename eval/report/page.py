"""The page: what goes into the templates, and the templates."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from eval.metrics.figures import Figures
from eval.problems import Problem, failures
from eval.record import DEPTH, Record
from eval.report import plots, series, tables
from eval.report.cases import Case, case_of
from eval.run_folder import RunInfo

TEMPLATES = Path(__file__).parent / "templates"
DETAILED_FAILURES = 300
DETAILED_OTHERS = 200
"""Questions that are shown with all details; a page of thousands stays usable, and under 8 MB."""


@dataclass(frozen=True, slots=True)
class Group:
    """Failures of one kind."""

    kind: str
    cases: list[Case]


@dataclass(frozen=True, slots=True)
class Questions:
    """Every question, in its place."""

    groups: list[Group]
    failed: int
    failed_in_short: int
    others: list[Case]
    others_in_short: int


@dataclass(frozen=True, slots=True)
class Rank:
    """A row of the numbers under the plot of ranks."""

    name: str
    counts: list[int]


@dataclass(frozen=True, slots=True)
class Plots:
    """Each drawing with the numbers of its caption; None where there is nothing to draw."""

    ranks: Markup | None
    rank_legs: list[str]
    rank_rows: list[Rank]
    refusals: Markup | None
    curve: series.RefusalCurve | None
    reliability: Markup | None
    reliable: series.Reliability | None
    times: Markup | None
    histogram: series.Times | None


@dataclass(frozen=True, slots=True)
class Page:
    title: str
    started: str
    asked: int
    of: int
    articles: int
    notices: list[str]
    tiles: list[tables.Tile]
    by_tag: tables.TagTable
    matrices: list[tables.Matrix]
    others: list[tables.OtherRow]
    plots: Plots
    errors: int
    questions: Questions
    run: list[tuple[str, str]]
    versions: list[tuple[str, str]]


def render(info: RunInfo, figures: Figures, records: list[Record]) -> str:
    """The report as one HTML page; the same run always gives the same page."""
    templates = environment()
    script = templates.get_template("script.js.j2").render()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    ordered = sorted(records, key=lambda record: record.question.id)
    page = page_of(info, figures, ordered)
    return templates.get_template("page.html.j2").render(page=page, script=Markup(script), script_digest=digest)


def page_of(info: RunInfo, figures: Figures, records: list[Record]) -> Page:
    """All that the page says, of records in the order of their ids."""
    return Page(
        title=info.settings.name,
        started=_time(info.started),
        asked=len(records),
        of=info.settings.count,
        articles=info.settings.target.articles,
        notices=_notices(info, records),
        tiles=tables.tiles(figures),
        by_tag=tables.by_tag(figures),
        matrices=tables.matrices(figures),
        others=tables.others(figures),
        plots=_plots(info, records),
        errors=_errors(records),
        questions=_questions(records),
        run=_run(info),
        versions=list(info.versions.items()),
    )


def environment() -> Environment:
    """The templates, every one of them with escaping."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _time(started: str) -> str:
    """A time of run.json as people write it; as it is where it is none."""
    try:
        return datetime.fromisoformat(started).astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    except ValueError:
        return started


def _errors(records: list[Record]) -> int:
    return sum(bool(record.error) or record.answer is None for record in records)


def _notices(info: RunInfo, records: list[Record]) -> list[str]:
    """What a reader must know before the figures."""
    asked, of, errors = len(records), info.settings.count, _errors(records)
    unlocated = [len(record.unlocated) for record in records if record.unlocated]
    checked, exact = sum(r.spans_checked for r in records), sum(r.spans_exact for r in records)
    notices = []
    if asked < of:
        notices.append(f"Not complete: {asked:,} of {of:,} questions were asked, and the figures are of those.")
    if errors:
        notices.append(
            f"Ended in an error: {_many(errors, 'question')}. They count as not right and not found; "
            "the figures of refusals of answerable questions and of time leave them out."
        )
    if unlocated:
        notices.append(
            f"{_many(sum(unlocated), 'gold quote')} of {_many(len(unlocated), 'question')} "
            "could not be found in the indexed articles, so the figures of evidence and citations leave them out."
        )
    if exact != checked:
        notices.append(
            f"Spans that do not equal the article's text at their place: {checked - exact:,} of {checked:,}."
        )
    return notices


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _plots(info: RunInfo, records: list[Record]) -> Plots:
    ranks = series.ranks(records)
    curve = series.refusals(info.threshold, records)
    reliable = series.reliability(records)
    times = series.times(records)
    counts = ranks.counts if ranks else {}
    places = [*map(str, range(1, DEPTH + 1)), "none"]
    return Plots(
        ranks=Markup(plots.draw_ranks(ranks)) if ranks else None,
        rank_legs=list(counts),
        rank_rows=[Rank(name, [row[at] for row in counts.values()]) for at, name in enumerate(places)],
        refusals=Markup(plots.draw_refusals(curve)) if curve else None,
        curve=curve,
        reliability=Markup(plots.draw_reliability(reliable)) if reliable else None,
        reliable=reliable,
        times=Markup(plots.draw_times(times)) if times else None,
        histogram=times,
    )


def _questions(records: list[Record]) -> Questions:
    failed = failures(records)
    ids = {record.question.id for _, record in failed}
    right = [record for record in records if record.question.id not in ids]
    cases = [(kind, case_of(record, detailed=place < DETAILED_FAILURES)) for place, (kind, record) in enumerate(failed)]
    return Questions(
        groups=[_group(kind, [case for _, case in group]) for kind, group in groupby(cases, key=lambda item: item[0])],
        failed=len(failed),
        failed_in_short=max(0, len(failed) - DETAILED_FAILURES),
        others=[case_of(record, detailed=place < DETAILED_OTHERS) for place, record in enumerate(right)],
        others_in_short=max(0, len(right) - DETAILED_OTHERS),
    )


def _group(kind: Problem, cases: list[Case]) -> Group:
    return Group(kind.value[0].upper() + kind.value[1:], cases)


def _run(info: RunInfo) -> list[tuple[str, str]]:
    """Settings, target and machine, as pairs of words."""
    settings, target = info.settings, info.settings.target
    chosen = settings.model_dump(include={"script", "limit", "seed"}) | {"tags": ", ".join(settings.tags)}
    return [
        ("Set", settings.name),
        ("Questions", f"{settings.count:,}, SHA-256 {settings.questions}"),
        ("Chosen by", _named({name: value for name, value in chosen.items() if value not in (None, "")}) or "all"),
        ("Settings hash", info.settings_hash),
        ("Target", target.where),
        ("Index", f"{target.index}, {target.articles:,} articles"),
        ("Embedder", target.embedder),
        *([("Asking", target.asking)] if target.asking else []),
        ("Confidence threshold", f"{info.threshold:g}"),
        ("Started", info.started),
        ("Workers", str(info.workers)),
        ("Machine", _named(info.machine)),
    ]


def _named(values: Mapping[str, object]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in values.items())
