"""The page of a comparison: the runs' settings, every metric's change, questions won and lost."""

from dataclasses import dataclass

from eval.compare import Change, Comparison, Flip
from eval.report.page import environment
from eval.run_folder import RunInfo
from eval.wording import shown, shown_difference


@dataclass(frozen=True, slots=True)
class Row:
    """A metric's change, in words."""

    metric: str
    a: str
    b: str
    difference: str
    interval: str
    p: str
    count: int
    verdict: str
    tone: str


@dataclass(frozen=True, slots=True)
class FlipList:
    """Questions won or lost in one metric."""

    title: str
    sign: str
    flips: list[Flip]


@dataclass(frozen=True, slots=True)
class ComparisonPage:
    a: str
    b: str
    summary: str
    notices: list[str]
    settings: list[tuple[str, str, str]]
    rows: list[Row]
    flips: list[FlipList]


def render_comparison(a: RunInfo, b: RunInfo, found: Comparison) -> str:
    """The comparison as one HTML page that needs nothing beside itself."""
    page = ComparisonPage(
        a=a.settings.name,
        b=b.settings.name,
        summary=f"{found.common:,} questions in common, {found.only_a:,} only in A, {found.only_b:,} only in B",
        notices=_notices(found),
        settings=_settings(a, b),
        rows=[_row(change) for change in found.changes],
        flips=[
            FlipList(f"{metric}: {verb}", sign, flips[metric])
            for metric in found.won
            for verb, sign, flips in (("won by B", "won", found.won), ("lost by B", "lost", found.lost))
        ],
    )
    return environment().get_template("comparison.html.j2").render(page=page)


def _notices(found: Comparison) -> list[str]:
    if not found.reworded:
        return []
    return [f"{found.reworded:,} of the questions were asked in other words or in the other script."]


def _settings(a: RunInfo, b: RunInfo) -> list[tuple[str, str, str]]:
    """What each run says of itself, side by side."""
    ours, theirs = _said(a), _said(b)
    return [(name, ours.get(name, ""), theirs.get(name, "")) for name in {**ours, **theirs}]


def _said(info: RunInfo) -> dict[str, str]:
    settings = info.settings
    return {
        "started": info.started,
        "set": settings.name,
        "script": settings.script or "as written",
        "questions": f"{settings.count:,}",
        "target": settings.target.where,
        "articles": f"{settings.target.articles:,} ({settings.target.index})",
        "embedder": settings.target.embedder,
        "threshold": f"{info.threshold:g}",
        "settings hash": info.settings_hash,
    } | info.versions


def _row(change: Change) -> Row:
    interval = ""
    if change.low is not None and change.high is not None:
        interval = " – ".join(shown_difference(change.metric, bound) for bound in (change.low, change.high))
    verdict, tone = _verdict(change)
    return Row(
        metric=change.metric,
        a=shown(change.metric, change.a),
        b=shown(change.metric, change.b),
        difference=shown_difference(change.metric, change.difference),
        interval=interval,
        p=f"{change.p:.3f}",
        count=change.count,
        verdict=verdict,
        tone=tone,
    )


def _verdict(change: Change) -> tuple[str, str]:
    """In words, since colour alone tells not everybody; nothing for what may be chance."""
    if change.difference == 0:
        return "same", "muted"
    if not change.is_real:
        return "may be chance", "muted"
    return ("worse", "bad") if change.is_worse else ("better", "good") if change.is_better else ("differs", "")
