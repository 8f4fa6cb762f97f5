"""Fit a temperature for each head of a trained reader, and draw how far its chances can be trusted.

    python -m training.temperatures READER.npz EXAMPLES... --claims FILE --out READER.npz [--picture FILE.png]

Temperature scaling (Guo and others 2017, https://arxiv.org/abs/1706.04599) on the validation part, by the graph that
ships: of `rank` the chance of the answer's window among all windows of its question, of `answerable` that a window
answers (as many that do as do not), of `support` that a claim is borne out.
"""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import numpy as np
import numpy.typing as npt
import typer
from scipy.optimize import minimize_scalar
from scipy.special import expit, log_softmax, softmax

from eval.run_script import run_script
from qa.reading.model import ReadingModel
from qa.reading.weights import HEADS
from training.examples import Claim, Example, read_claims, read_examples
from training.export import save

BINS = 10
BOUNDS = (0.1, 10.0)
"""Between which a temperature is looked for."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Judged:
    """Logits of a head and what was right. `groups` number the question of each window; only `rank` has them."""

    logits: Floats
    right: Floats
    groups: npt.NDArray[np.int64] | None = None

    def chances(self, temperature: float) -> Floats:
        scaled = self.logits / temperature
        if self.groups is None:
            return np.asarray(expit(scaled))
        return np.concatenate([softmax(scaled[self.groups == g]) for g in np.unique(self.groups)])

    def loss(self, temperature: float) -> float:
        """Mean negative log-likelihood, both kinds weighing the same where there are no groups."""
        scaled = self.logits / temperature
        if self.groups is not None:
            logs = [log_softmax(scaled[self.groups == g]) for g in np.unique(self.groups)]
            return -float(np.mean(np.concatenate(logs)[self.right == 1]))
        losses = np.logaddexp(0, scaled) - self.right * scaled
        return float(losses[self.right == 1].mean() + losses[self.right == 0].mean())

    @property
    def weights(self) -> Floats:
        """What each counts in a diagram: as in `loss`, both kinds the same where there are no groups."""
        if self.groups is not None:
            return np.ones(len(self.right))
        share = self.right.mean()
        return np.where(self.right == 1, 0.5 / share, 0.5 / (1 - share))

    def fitted(self) -> float:
        return float(minimize_scalar(self.loss, bounds=BOUNDS, method="bounded").x)


def judge(model: ReadingModel, examples: list[Example], claims: list[Claim]) -> dict[str, Judged]:
    """What each head says of the validation part; the model's own temperatures must be 1."""
    ranks, answerable, right, groups = [], [], [], []
    for number, example in enumerate(examples):
        passages = [example.positives[0], *example.negatives]
        pairs = [model.pair(example.question, p.title, p.text) for p in passages]
        for at, output in enumerate(model.read(pairs)):
            ranks.append(output.rank)
            answerable.append(output.answerable)
            right.append(float(at == 0))
            groups.append(number)
    supports = [model.read([model.pair(c.statement, c.title, c.text)])[0].support for c in claims]
    answers = np.array(right)
    return {
        "rank": Judged(np.array(ranks), answers, np.array(groups)),
        "answerable": Judged(np.array(answerable), answers),
        "support": Judged(np.array(supports), np.array([float(c.supported) for c in claims])),
    }


def reliability(chances: Floats, right: Floats, weights: Floats) -> list[tuple[float, float]]:
    """Of each tenth of the scale that has any: mean chance, and the share that was right, by weight."""
    tenth = np.minimum((chances * BINS).astype(int), BINS - 1)
    parts = [tenth == t for t in np.unique(tenth)]
    return [
        (float(np.average(chances[part], weights=weights[part])), float(np.average(right[part], weights=weights[part])))
        for part in parts
    ]


def draw(judged: dict[str, Judged], temperatures: dict[str, float], picture: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 3.4), layout="constrained")
    for axes, (head, found) in zip(figure.subplots(1, len(judged)), judged.items(), strict=True):
        for name, temperature in (("before", 1.0), (f"divided by {temperatures[head]:.2f}", temperatures[head])):
            points = reliability(found.chances(temperature), found.right, found.weights)
            axes.plot([p[0] for p in points], [p[1] for p in points], marker="o", markersize=3, label=name)
        axes.plot([0, 1], [0, 1], linewidth=0.6, color="grey")
        axes.set_title(head)
        axes.set_xlabel("chance said")
        axes.legend(frameon=False)
    figure.savefig(picture)


def run(
    weights: Annotated[Path, typer.Argument(metavar="READER.npz", exists=True, dir_okay=False)],
    examples: Annotated[list[Path], typer.Argument(metavar="EXAMPLES...", exists=True, dir_okay=False)],
    claims: Annotated[Path, typer.Option(exists=True, dir_okay=False)],
    out: Annotated[Path, typer.Option(help="File to write, the same with temperatures.")],
    picture: Annotated[Path | None, typer.Option(help="Reliability diagrams, .png or .svg.")] = None,
) -> None:
    with np.load(weights) as file:
        arrays = {name: file[name] for name in file.files}
    kept = [e for path in examples for e in read_examples(path) if e.validation and e.negatives]
    stated = [c for c in read_claims(claims) if c.validation]
    with TemporaryDirectory() as folder:
        plain = Path(folder) / "reader.npz"
        save(plain, arrays, dict.fromkeys(HEADS, 1.0))
        judged = judge(ReadingModel(Path(folder), plain), kept, stated)
    temperatures = {head: judged[head].fitted() for head in HEADS}
    for head, found in judged.items():
        before, after = found.loss(1.0), found.loss(temperatures[head])
        print(f"{head}: temperature {temperatures[head]:.2f}, loss {before:.4f} -> {after:.4f}, {len(found.right)}")
    save(out, arrays, temperatures)
    if picture:
        draw(judged, temperatures, picture)


if __name__ == "__main__":
    run_script(run)
