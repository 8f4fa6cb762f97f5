"""The main job on the two seed articles, where the development data is at hand."""

from pathlib import Path

import pytest

from eval.metrics.figures import figures
from eval.questions import read_questions
from eval.runner import run
from eval.targets import LocalTarget
from index.build import Indexer
from index.embed import make_embedder
from index.generations import Home
from qa.library import Library

SEEDS = Path(__file__).parent.parent.parent / "shared" / "data" / "seeds"

pytestmark = pytest.mark.skipif(not SEEDS.is_dir(), reason="the development data is not here")


def test_seeds_are_answered_refused_and_cited(tmp_path: Path) -> None:
    home, embedder = Home(tmp_path / "home"), make_embedder("bundled")
    with home.write_lock():
        indexer = Indexer(home, embedder)
        assert len(list(indexer.index(sorted(SEEDS.glob("*.txt"))))) == 2
        indexer.close()
    questions = read_questions(SEEDS / "questions.dev.jsonl")
    target = LocalTarget(Library(home, embedder), "seeds")
    found = figures(list(run(target, questions, lambda _: None, workers=2)), resamples=10)
    value = {name: figure.value for name, figure in found.figures["all"].items()}
    assert value["errors"] == 0
    assert value["citation.exact"] == 1
    assert value["article.hit@1"] >= 0.95
    assert value["answer.right"] >= 0.75
    assert value["refusal.recall"] >= 0.85
    assert value["refusal.wrong"] < 0.10
