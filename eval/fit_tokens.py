"""Make the projection of token vectors: principal components of the sample articles' tokens.

    python -m eval.fit_tokens [FILE_OR_FOLDER...] [--width 64] [--out FILE]

The centre is the mean token; directions are scaled down by the fourth root of their variance, since the few
that vary most say more of the language than of the meaning (see eval/README.md for what was tried beside it).
Learning the matrix from some 1,400 questions was no better on sets that it had not seen.
"""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from eval.bench_encoder import ARTICLES, sentences_of
from eval.run_script import run_script
from index.embed import Vectors
from index.embed.bundled import BundledEmbedder
from index.embed.token_projection import FILE, TokenProjection
from youju.settings import load_settings

SENTENCES = 1000
POWER = 0.25


def fit(tokens: Vectors, width: int) -> TokenProjection:
    """From unit-length tokens, (tokens, dim). Signs are fixed, so that the same tokens give the same file."""
    centre = tokens.mean(axis=0)
    variances, directions = np.linalg.eigh(np.cov((tokens - centre).T.astype(np.float64)))
    matrix = directions[:, -width:] / variances[-width:] ** POWER
    matrix *= np.sign(matrix[np.abs(matrix).argmax(axis=0), np.arange(width)])
    matrix /= np.abs(matrix).max()
    return TokenProjection(centre.astype(np.float32), matrix.astype(np.float32))


def run(
    paths: Annotated[list[Path] | None, typer.Argument(metavar="[FILE_OR_FOLDER]...", exists=True)] = None,
    width: Annotated[int, typer.Option(min=8, max=384)] = 64,
    out: Path = FILE,
) -> None:
    embedder = BundledEmbedder(load_settings().cache)
    texts = sentences_of(paths or [ARTICLES], SENTENCES)
    tokens = np.concatenate([embedder.token_vectors(text) for text in texts])
    tokens /= np.linalg.norm(tokens, axis=1, keepdims=True)
    made = fit(tokens, width)
    np.savez(out, centre=made.centre, matrix=made.matrix)
    print(f"{out}: {len(tokens)} tokens of {len(texts)} sentences, {width} directions")


if __name__ == "__main__":
    run_script(run)
