"""A small part of the fuzz of uploads, and that it notices what it looks for."""

import random
from itertools import islice
from pathlib import Path

import httpx
import pytest
from fuzz_uploads import Violation, fuzz, upload
from mutants import BYTES, CHANGES, MAKERS, Mutant, mutants

from index.load import load
from index.records import LoadedArticle


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Gradio leaves event loops open
def test_broken_files_do_a_server_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    outcomes, memory = fuzz(60, seed=7, at_once=20, folder=tmp_path)
    assert outcomes["added"] > 5
    assert outcomes["failed"] > 20
    assert 0 < memory.parser < 500


def test_files_are_valid_before_they_are_broken(tmp_path: Path) -> None:
    for suffix, make in MAKERS.items():
        (tmp_path / f"a.{suffix}").write_bytes(make(random.Random(1), "a"))
    items = list(load([tmp_path]))
    assert all(isinstance(item, LoadedArticle) for item in items)
    assert {Path(item.where.partition(",")[0]).suffix[1:] for item in items} == set(MAKERS)


def test_a_seed_gives_the_same_files_again() -> None:
    first, again = (list(islice(mutants(random.Random(3)), 40)) for _ in range(2))
    assert [(mutant.name, mutant.how) for mutant in first] == [(mutant.name, mutant.how) for mutant in again]


@pytest.mark.parametrize("suffix", MAKERS)
def test_every_change_is_made_of_whatever_is_there(suffix: str) -> None:
    chance = random.Random(5)
    valid = MAKERS[suffix](chance, "a")
    for change in (*BYTES, *CHANGES[suffix]):
        assert any(change(valid, random.Random(seed)) != valid for seed in range(20)), change.__name__
        for data in (b"", b"x", valid[:40]):
            change(data, chance)


def answering(status: int, *events: str) -> httpx.Client:
    text = "".join(f"event: {event}\n\n" for event in events)
    return httpx.Client(base_url="http://x", transport=httpx.MockTransport(lambda _: httpx.Response(status, text=text)))


ADDED = 'article\ndata: {"article_id": "a.txt", "outcome": "added", "detail": ""}'
DONE = 'done\ndata: {"added": 1}'


@pytest.mark.parametrize(
    ("status", "events", "said"),
    [
        (500, [ADDED, DONE], "status 500"),
        (200, ["article"], "a stream that is none"),
        (200, [ADDED], "the stream ends with"),
        (200, [ADDED, 'done\ndata: {"added": 2}'], "the stream ends with"),
        (200, [ADDED.replace("a.txt", "b.txt"), DONE], "nothing is said of a.txt"),
    ],
)
def test_what_a_server_must_not_do_is_noticed(status: int, events: list[str], said: str) -> None:
    with answering(status, *events) as client, pytest.raises(Violation, match=said):
        upload(client, [Mutant("a.txt", b"x", "")])


def test_a_bulk_file_may_have_ids_of_its_own() -> None:
    with answering(200, ADDED, DONE) as client:
        assert upload(client, [Mutant("b.jsonl", b"x", "")]) == {"added": 1}
        with pytest.raises(Violation, match=r"nothing is said of b.jsonl, c.jsonl"):
            upload(client, [Mutant("b.jsonl", b"x", ""), Mutant("c.jsonl", b"x", "")])


def test_what_a_server_should_do_is_no_violation() -> None:
    with answering(200, ADDED, DONE) as client:
        assert upload(client, [Mutant("a.txt", b"x", "")]) == {"added": 1}
