"""The project's own question set, with the bundled embedder: no figure falls below what is committed."""

from pathlib import Path

from eval.gates import read_expected
from eval.metrics.figures import figures
from eval.questions import read_questions
from eval.runner import run
from eval.targets import LocalTarget
from index.build import Indexer
from index.embed import make_embedder
from index.generations import Home
from youju.assembly import make_library
from youju.settings import Settings

ROOT = Path(__file__).parent.parent
SET = ROOT / "eval" / "sets" / "samples"


def test_samples_keep_their_committed_figures(tmp_path: Path) -> None:
    home, embedder = Home(tmp_path / "home"), make_embedder("bundled")
    with home.write_lock():
        indexer = Indexer(home, embedder)
        assert len(list(indexer.index([ROOT / "articles"]))) == 14
        indexer.close()
    questions = read_questions(SET / "questions.jsonl")
    assert len(questions) == 60
    records = list(
        run(LocalTarget(make_library(Settings(home=home.root)), "articles"), questions, lambda _: None, workers=2)
    )
    assert [unlocated for record in records for unlocated in record.unlocated] == []
    found = figures(records, resamples=10)
    assert [unmet for gate in read_expected(SET / "expected.json") if (unmet := gate.unmet(found))] == []
