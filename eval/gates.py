"""Bounds that a run must keep, for use in CI."""

from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from pydantic import BaseModel, ValidationError

from eval.errors import GateError
from eval.metrics.catalog import METRICS, Better, Unit
from eval.metrics.figures import Figures
from eval.wording import shown


@dataclass(frozen=True, slots=True)
class Gate:
    """A figure that a run must reach; where lower is better, must not pass."""

    metric: str
    bound: float

    def unmet(self, figures: Figures) -> str:
        """Why the run does not keep the bound, or ""."""
        value = figures.value(self.metric)
        if value is None:
            return f"{self.metric} has no value in this run, so it cannot be {shown(self.metric, self.bound)}."
        lower = METRICS[self.metric].better is Better.LOWER
        if value <= self.bound if lower else value >= self.bound:
            return ""
        side = "over" if lower else "under"
        return f"{self.metric} is {shown(self.metric, value)}, {side} {shown(self.metric, self.bound)}."


def check_metric(name: str) -> str:
    """The name of a metric. Raises GateError for another."""
    if name not in METRICS:
        raise GateError(f"there is no metric {name!r}.", f"Known: {', '.join(METRICS)}.")
    return name


def check_direction(name: str) -> str:
    """The name of a metric of which one way is better. Raises GateError."""
    if METRICS[check_metric(name)].better is Better.NEITHER:
        raise GateError(f"{name} has no better and no worse, so that it cannot be guarded.")
    return name


def check_values(given: list[str]) -> list[Gate]:
    """METRIC=VALUE each, shares as 0 to 1. Raises GateError."""
    gates = []
    for text in given:
        name, _, value = text.partition("=")
        check_metric(name)
        try:
            bound = float(value)
        except ValueError as error:
            raise GateError(f"{text!r} is not METRIC=VALUE.", "For example: --fail-under answer.right=0.75") from error
        gates.append(_gate(name, bound))
    return gates


def _gate(name: str, bound: float) -> Gate:
    metric = METRICS[name]
    if not isfinite(bound):
        raise GateError(f"{name}={bound} is no bound that can be kept.")
    if metric.better is Better.NEITHER:
        raise GateError(f"{name} has no better and no worse, so that it cannot be bounded.")
    if metric.unit is Unit.SHARE and not 0 <= bound <= 1:
        raise GateError(f"{name}={bound:g} is out of range: {name} is a share, 0 to 1.", "Write 0.75 for 75 %.")
    return Gate(name, bound)


class Expected(BaseModel, extra="forbid"):
    """Figures that a set is held to, and the command that gives them."""

    command: str
    figures: dict[str, float]


def read_expected(path: Path) -> list[Gate]:
    """The bounds of a file of expected figures. Raises GateError."""
    try:
        expected = Expected.model_validate_json(path.read_bytes())
    except OSError as error:
        raise GateError(f"{path} cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise GateError(f"{path}: {'.'.join(map(str, first['loc'])) or 'the file'}: {first['msg']}.") from error
    return [_gate(check_metric(name), value) for name, value in expected.figures.items()]
