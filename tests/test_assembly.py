"""The parts that settings name, put together."""

from pathlib import Path

import pytest

from index.generations import Home
from qa.reading.weights import digest
from qa.rerank.late_interaction import LateInteraction
from qa.rerank.reader import ReaderReranker
from youju.assembly import make_library, make_parts, make_verifier
from youju.settings import Settings


def made(tmp_path: Path, **given: object):  # type: ignore[no-untyped-def]
    return make_library(Settings(home=tmp_path, **given))  # type: ignore[arg-type]


def test_the_reader_reranks(tmp_path: Path) -> None:
    library = made(tmp_path, reranker="reader")
    assert isinstance(library._reranker, ReaderReranker)
    assert library.described == f"reranker reader {digest()}"


@pytest.mark.parametrize(
    ("given", "described"),
    [
        ({}, f"reranker reader {digest()}"),
        ({"reranker": "bundled"}, "reranker bundled"),
        ({"reranker": "none"}, "reranker none"),
        ({"confidence": 0.25, "sentences": 2}, f"reranker reader {digest()}, confidence 0.25, sentences 2"),
        ({"reader_confidence": False}, f"reranker reader {digest()}, without reader_confidence"),
        (
            {"reader_confidence": False, "reader_answer": False},
            f"reranker reader {digest()}, without reader_confidence, without reader_answer",
        ),
    ],
)
def test_what_is_switched_off_is_said(tmp_path: Path, given: dict[str, object], described: str) -> None:
    library = made(tmp_path, **given)
    assert library.described == described
    assert library._extraction.confidence == given.get("confidence", 0.5)
    assert library._extraction.sentences == given.get("sentences", 4)
    assert library._extraction.reads is given.get("reader_confidence", True)
    assert library._extraction.marks is given.get("reader_answer", True)


def test_rerankers_by_name(tmp_path: Path) -> None:
    assert isinstance(made(tmp_path)._reranker, ReaderReranker)
    assert isinstance(made(tmp_path, reranker="bundled")._reranker, LateInteraction)
    assert made(tmp_path, reranker="none")._reranker is None


def test_another_home_can_be_opened_with_the_same_settings(tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    assert make_library(Settings(home=tmp_path), other).home is other


def test_library_and_verifier_share_one_reader(tmp_path: Path) -> None:
    parts = make_parts(Settings(home=tmp_path, reranker="reader"))  # type: ignore[call-arg]
    assert isinstance(parts.library._reranker, ReaderReranker)
    assert parts.library._reranker._model is parts.verifier._reader


def test_the_readers_check_can_be_switched_off(tmp_path: Path) -> None:
    assert make_verifier(Settings(home=tmp_path, reader_check=False))._reader is None  # type: ignore[call-arg]
    assert make_verifier(Settings(home=tmp_path))._reader is not None  # type: ignore[call-arg]
