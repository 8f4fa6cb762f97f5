"""The plots of a report, as SVG to stand inside a page.

Their colours are CSS: text is the page's `currentColor`, the rest are the variables `--plot-1`,
`--plot-2`, `--plot-3` and `--plot-grid`, each with a colour to fall back on.
"""

import re
from collections.abc import Callable, Sequence
from html import escape
from io import StringIO
from itertools import pairwise
from threading import Lock
from typing import TYPE_CHECKING, Any

from eval.record import DEPTH, Record
from eval.report import series

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, HEIGHT = 400, 260
"""Units of the view box. Shown at about this width, so that text keeps the size it is drawn in."""
PER_INCH = 72
FONT_SIZE = 11
MOST_DOTS = 150
"""Points up to which a curve shows each as a dot."""

_INK, _GRID = "#f00001", "#f00002"
_SERIES = ("#f00011", "#f00012", "#f00013")
_CSS = {
    _INK: "currentColor",
    _GRID: "var(--grid)",
    _SERIES[0]: "var(--one)",
    _SERIES[1]: "var(--two)",
    _SERIES[2]: "var(--three)",
}
"""Colours that are drawn with, and what stands for them in the page."""
_STYLE = (
    "--grid: var(--plot-grid, rgba(128, 128, 128, 0.3)); --one: var(--plot-1, #3b7dc4); --two: var(--plot-2, #c97a35); "
    "--three: var(--plot-3, #7d8994); width: 100%; height: auto; fill: currentColor; stroke-linejoin: round"
)

_SETTINGS: Any = {  # its keys have a type of their own, which is not exported
    "svg.fonttype": "none",
    "font.family": "DejaVu Sans",  # comes with matplotlib, so that every machine lays out alike
    "font.size": FONT_SIZE,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "axes.edgecolor": _GRID,
    "xtick.color": _GRID,
    "xtick.labelcolor": _INK,
    "ytick.color": _GRID,
    "ytick.labelcolor": _INK,
    "grid.color": _GRID,
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
}
_ONE_AT_A_TIME = Lock()
"""matplotlib keeps its settings and fonts for the whole process; a web page may draw in threads."""


def rank_distribution(records: Sequence[Record]) -> str | None:
    """At which rank each leg has the first gold article; None without questions that have one."""
    ranks = series.ranks(records)
    return draw_ranks(ranks) if ranks else None


def refusal_curve(threshold: float, records: Sequence[Record]) -> str | None:
    """What each confidence threshold would refuse; None unless there are answerable and unanswerable questions."""
    curve = series.refusals(threshold, records)
    return draw_refusals(curve) if curve else None


def reliability(records: Sequence[Record]) -> str | None:
    """How often answers of like confidence are right; None where it is known of none."""
    found = series.reliability(records)
    return draw_reliability(found) if found else None


def latency(records: Sequence[Record]) -> str | None:
    """How long questions took; None where none was answered."""
    times = series.times(records)
    return draw_times(times) if times else None


def draw_ranks(ranks: series.Ranks) -> str:
    def on(axes: "Axes") -> None:
        width = 0.8 / len(ranks.counts)
        for place, leg in enumerate(ranks.counts):
            offset = (place - (len(ranks.counts) - 1) / 2) * width
            heights = [100 * share for share in ranks.shares(leg)]
            axes.bar([at + offset for at in range(DEPTH + 1)], heights, width, color=_SERIES[place], label=leg)
        axes.set_xticks(range(DEPTH + 1), [*map(str, range(1, DEPTH + 1)), "none"])
        axes.set_xlabel("rank of the first gold article")
        axes.set_ylabel("% of questions")
        axes.grid(axis="y")

    return _drawn(on, "Rank of the first gold article, bars for each leg of retrieval", "ranks")


def draw_refusals(curve: series.RefusalCurve) -> str:
    def on(axes: "Axes") -> None:
        xs, ys = [100 * p.answerable for p in curve.points], [100 * p.unanswerable for p in curve.points]
        dots = "." if len(xs) <= MOST_DOTS else ""
        axes.plot(xs, ys, marker=dots, markersize=4, linewidth=1.4, color=_SERIES[0], label="every threshold")
        present, measured = curve.present, curve.measured
        axes.plot([100 * present.answerable], [100 * present.unanswerable], "o", markersize=12, fillstyle="none",
                  markeredgewidth=1.8, color=_SERIES[0], label=f"threshold {present.threshold:g}",
                  clip_on=False, zorder=4)  # fmt: skip
        axes.plot([100 * measured.answerable], [100 * measured.unanswerable], "D", markersize=5.5, linewidth=0,
                  color=_SERIES[1], label="measured", clip_on=False, zorder=5)  # fmt: skip
        axes.set_xlim(-2, 102)
        axes.set_ylim(0, 104)
        axes.set_xlabel("% of answerable questions refused")
        axes.set_ylabel("% of unanswerable refused")
        axes.grid()

    return _drawn(on, "Questions refused at each confidence threshold", "refusals")


def draw_reliability(found: series.Reliability) -> str:
    def on(axes: "Axes") -> None:
        confidences, shares = [100 * c for c in found.confidences], [100 * s for s in found.shares]
        axes.plot([0, 100], [0, 100], linestyle="--", linewidth=1, color=_SERIES[2], label="as said")
        axes.plot(confidences, shares, marker="o", markersize=4, linewidth=1.4, color=_SERIES[0], label="measured")
        axes.set_xlim(-2, 102)
        axes.set_ylim(0, 104)
        axes.set_xlabel("confidence, %")
        axes.set_ylabel("% of answers that are right")
        axes.grid()

    return _drawn(on, "How often answers of like confidence are right", "reliability")


def draw_times(times: series.Times) -> str:
    from matplotlib.ticker import MaxNLocator

    def on(axes: "Axes") -> None:
        widths = [right - left for left, right in pairwise(times.edges)]
        axes.bar(times.edges[:-1], times.counts, widths, align="edge", color=_SERIES[2], linewidth=0)
        marks = (("median", times.median, "-"), ("95th percentile", times.percentile_95, "--"))
        for colour, (name, value, style) in zip(_SERIES, marks, strict=False):
            axes.axvline(value, color=colour, linestyle=style, linewidth=1.8, label=f"{name} {value:,.0f} ms")
        if times.log:
            _logarithmic(axes)
        axes.set_xlabel("milliseconds" + (", logarithmic" if times.log else ""))
        axes.set_ylabel("questions")
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(axis="y")

    return _drawn(on, "Distribution of the time that asking took", "times")


def _logarithmic(axes: "Axes") -> None:
    """A logarithmic x axis with plain numbers at 1, 2 and 5."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())


def _drawn(draw: Callable[["Axes"], None], label: str, salt: str) -> str:
    """The SVG of one pair of axes. `salt` parts its ids from those of the page's other plots."""
    import matplotlib as mpl  # here, because it takes half a second that no other command should pay
    from matplotlib.figure import Figure

    with _ONE_AT_A_TIME, mpl.rc_context({**_SETTINGS, "svg.hashsalt": salt}):
        figure = Figure(figsize=(WIDTH / PER_INCH, HEIGHT / PER_INCH), layout="constrained")
        figure.patch.set_visible(False)
        axes = figure.add_subplot()
        axes.patch.set_visible(False)
        draw(axes)
        axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 1), ncols=3, handlelength=1.4, columnspacing=1.2)
        written = StringIO()
        figure.savefig(written, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    return _inline(written.getvalue(), label)


def _inline(svg: str, label: str) -> str:
    """A drawing as an element of a page: no prolog, no names of its own, colours and fonts of the page."""
    body = svg[svg.index(">", svg.index("<svg ")) + 1 :]
    body = re.sub(r"<style.*?</style>|<metadata.*?</metadata>|<!--.*?-->", "", body, flags=re.DOTALL)
    body = re.sub(r'<g id="[^"]*"', "<g", body).replace("xlink:href", "href")
    body = body.replace("font-family: 'DejaVu Sans'; ", "")
    body = re.sub(r' transform="rotate\(-0 [^"]*"', "", body)
    for drawn, css in _CSS.items():
        body = body.replace(drawn, css)
    body = re.sub(r"\n\s*", "\n", body)
    head = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label)}" style="{_STYLE}">'
    return head + body.strip()
