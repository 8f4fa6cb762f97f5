"""The main job on the two seed articles, where the development data is at hand."""

from pathlib import Path

import pytest

from eval.metrics import Result, figures
from eval.questions import read_questions
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
    library = Library(home, embedder)
    pipeline, store = library.pipeline(), library.reader().store
    results = []
    for question in read_questions(SEEDS / "questions.dev.jsonl"):
        hits, answer = pipeline.search(question.question), pipeline.ask(question.question, question.history)
        spans = [*hits, *answer.citations]
        exact = all(store.article(at.article_id).text[at.start : at.end] == at.quote for at in spans)
        results.append(Result(question, hits, answer, exact, 0.0))
    found = figures(results)
    assert found.offsets_exact == 1
    assert found.found_first >= 0.95
    assert found.right >= 0.75
    assert found.refused >= 0.85
    assert found.wrongly_refused < 0.10
