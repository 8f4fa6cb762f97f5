"""The figures of a run as tiles and tables."""

from dataclasses import dataclass

from eval.metrics.catalog import METRICS, Better, Unit
from eval.metrics.figures import ALL, Figure, Figures
from eval.metrics.retrieval import LEGS, MEASURES
from eval.report.series import leg_name
from eval.wording import shown, shown_interval

HEADLINES = ("correct", "answer.right", "refusal.recall", "refusal.wrong", "article.hit@1", "citation.precision",
             "citation.recall", "citation.exact", "time.ask.p50")  # fmt: skip
LEVELS = {"article": "Articles", "evidence": "Evidence sentences"}


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure in words. `count` is of the questions that it is about."""

    value: str
    interval: str
    count: int
    best: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """A share and its interval on a line from 0 to 100."""

    low: float
    value: float
    width: float


@dataclass(frozen=True, slots=True)
class Tile:
    name: str
    label: str
    cell: Cell
    bar: Bar | None


@dataclass(frozen=True, slots=True)
class TagRow:
    tag: str
    questions: int
    cells: list[Cell | None]


@dataclass(frozen=True, slots=True)
class TagTable:
    names: list[str]
    rows: list[TagRow]


@dataclass(frozen=True, slots=True)
class Matrix:
    """One level of retrieval: a row for each leg that was told, a column for each measure."""

    title: str
    measures: list[str]
    rows: list[tuple[str, int, list[Cell | None]]]


@dataclass(frozen=True, slots=True)
class OtherRow:
    name: str
    label: str
    cell: Cell
    better: str


def tiles(figures: Figures) -> list[Tile]:
    """The headline figures that the run has."""
    found = figures.figures.get(ALL, {})
    return [
        Tile(name, METRICS[name].label, _cell(name, found[name]), _bar(name, found[name]))
        for name in HEADLINES
        if name in found
    ]


def by_tag(figures: Figures) -> TagTable:
    """The headline figures of each tag, all questions first, tags in their order there."""
    names = [name for name in HEADLINES if any(name in found for found in figures.figures.values())]
    rows = []
    for tag in sorted(figures.figures, key=lambda tag: (tag != ALL, tag)):
        found = figures.figures[tag]
        cells = [_cell(name, found[name]) if name in found else None for name in names]
        rows.append(TagRow(tag, figures.questions.get(tag, 0), cells))
    return TagTable(names, rows)


def matrices(figures: Figures) -> list[Matrix]:
    """The measures of retrieval by leg, the best leg of each measure marked."""
    found = figures.figures.get(ALL, {})
    return [matrix for level in LEVELS if (matrix := _matrix(level, found)).rows]


def others(figures: Figures) -> list[OtherRow]:
    """Every figure over all questions that is neither a tile nor in a matrix."""
    found = figures.figures.get(ALL, {})
    shown_above = {*HEADLINES, *(_name(level, leg, m) for level in LEVELS for leg in LEGS for m in MEASURES)}
    return [
        OtherRow(name, metric.label, _cell(name, found[name]), _better(metric.better))
        for name, metric in METRICS.items()
        if name in found and name not in shown_above
    ]


def _cell(name: str, figure: Figure, *, best: bool = False) -> Cell:
    return Cell(shown(name, figure.value), shown_interval(name, figure), figure.count, best)


def _bar(name: str, figure: Figure) -> Bar | None:
    if METRICS[name].unit is not Unit.SHARE or figure.low is None or figure.high is None:
        return None
    low, value, high = (round(100 * share, 1) for share in (figure.low, figure.value, figure.high))
    return Bar(low, value, round(high - low, 1))


def _better(better: Better) -> str:
    return "" if better is Better.NEITHER else better.value


def _name(level: str, leg: str, measure: str) -> str:
    return f"{level}.{leg}{measure}"


def _matrix(level: str, found: dict[str, Figure]) -> Matrix:
    rows = []
    for leg in LEGS:
        cells = [_leg_cell(level, leg, measure, found) for measure in MEASURES]
        told = [cell.count for cell in cells if cell]
        if told:
            rows.append((leg_name(leg), max(told), cells))
    return Matrix(LEVELS[level], list(MEASURES), rows)


def _leg_cell(level: str, leg: str, measure: str, found: dict[str, Figure]) -> Cell | None:
    """Marked where no leg is better and one is worse."""
    name = _name(level, leg, measure)
    if name not in found:
        return None
    values = [found[other].value for any_leg in LEGS if (other := _name(level, any_leg, measure)) in found]
    best = found[name].value == max(values) > min(values)
    return _cell(name, found[name], best=best)
