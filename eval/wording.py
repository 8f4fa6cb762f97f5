"""Figures as people read them."""

from eval.metrics.catalog import METRICS, Unit
from eval.metrics.figures import Figure

_UNITS = {Unit.MILLISECONDS: " ms", Unit.CHARACTERS: "", Unit.TOKENS: "", Unit.MONEY: ""}


def shown(metric: str, value: float | None) -> str:
    """A value with its unit: shares as percentages with one decimal."""
    unit = METRICS[metric].unit
    if value is None:
        return "–"
    if unit is Unit.SHARE:
        text = f"{100 * value:.1f} %"
        if value < 1 and text == "100.0 %":
            return "> 99.9 %"  # one wrong in thousands is not none
        return "< 0.1 %" if value > 0 and text == "0.0 %" else text
    return f"{value:.4g}{_UNITS[unit]}" if unit is Unit.MONEY else f"{value:,.0f}{_UNITS[unit]}"


def shown_interval(metric: str, figure: Figure) -> str:
    """The interval without units; empty where there is none."""
    if figure.low is None or figure.high is None:
        return ""
    low, high = (shown(metric, bound).removesuffix(" %").removesuffix(" ms") for bound in (figure.low, figure.high))
    return f"{low} – {high}"


def shown_difference(metric: str, value: float) -> str:
    """A difference with its sign: of shares in points."""
    unit = METRICS[metric].unit
    if unit is Unit.SHARE:
        return f"{100 * value:+.1f}"
    return f"{value:+.4g}" if unit is Unit.MONEY else f"{value:+,.0f}"
