"""How far an upload has come: asked by whoever sent it, also when they went away, or the server did."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from index.embed import Embedder
from index.errors import HistoryError, IndexBusy, JobNotFound
from index.generations import Home
from qa.library import Library
from web import intake
from web import jobs as jobs_module
from web.api import create_api
from web.forms import MAX_NAMED, State, Taken
from web.jobs import Jobs

GOOD, BAD = ("a.txt", "甲市有企业60家。".encode()), ("b.exe", b"x")


@pytest.fixture
def client(home: Home, embedder: Embedder) -> TestClient:
    return TestClient(create_api(Library(home, embedder)))


@pytest.fixture
def jobs(tmp_path: Path) -> Jobs:
    return Jobs(tmp_path / "jobs.sqlite")


def send(client: TestClient, *files: tuple[str, bytes], **query: str) -> httpx.Response:
    return client.post("/api/articles", files=[("files", file) for file in files], params=query)


def ended(client: TestClient, where: str) -> dict[str, object]:
    """What is told once it is over."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        job: dict[str, object] = client.get(where).json()
        if job["state"] != "running":
            return job
        time.sleep(0.02)
    raise AssertionError("it does not end")


def test_who_does_not_wait_asks_later(client: TestClient) -> None:
    sent = send(client, GOOD, BAD, wait="false")
    job = sent.json()
    assert (sent.status_code, sent.headers["location"], job["state"]) == (202, f"/api/jobs/{job['id']}", "running")
    told = ended(client, sent.headers["location"])
    assert (told["state"], told["counts"], told["error"]) == ("done", {"skipped": 1, "added": 1}, None)
    [problem] = told["problems"]  # type: ignore[misc]
    assert (problem["article_id"], problem["problem"]) == ("b.exe", "unknown_format")
    assert [article["id"] for article in client.get("/api/articles").json()] == ["a.txt"]


def test_who_waits_may_ask_as_well(client: TestClient) -> None:
    sent = send(client, GOOD)
    assert "event: done" in sent.text
    assert ended(client, sent.headers["location"])["counts"] == {"added": 1}


def test_an_upload_that_cannot_go_on_says_why(client: TestClient, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "ADDING", 0.1)
    send(client, GOOD)
    with home.write_lock():
        told = ended(client, send(client, ("c.txt", "丙市有企业7家。".encode()), wait="false").headers["location"])
    assert told["state"] == "failed"
    assert told["error"] == {
        "code": "index_busy", "message": "articles are being added or removed.", "hint": "Try again in a while."
    }  # fmt: skip


def test_what_was_never_sent_is_not_known(client: TestClient) -> None:
    for name in ("none", "0" * 32):
        sent = client.get(f"/api/jobs/{name}")
        assert (sent.status_code, sent.json()["error"]["code"]) == (404, "job_not_found")


# -- what is written down ---------------------------------------------------------------------


def taken(count: int, outcome: str = "added") -> Iterator[Taken]:
    for number in range(count):
        yield Taken(f"{number}.txt", outcome)


def test_it_is_written_down_as_it_comes(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs_module, "BEAT", 0.01)
    with jobs.begun() as job:
        coming = jobs.followed(job, taken(3))
    next(coming)
    deadline = time.monotonic() + 30
    while jobs.get(job.id).counts != {"added": 1} and time.monotonic() < deadline:
        time.sleep(0.01)
    assert (jobs.get(job.id).state, jobs.get(job.id).counts) == (State.RUNNING, {"added": 1})
    assert [one.article_id for one in coming] == ["1.txt", "2.txt"]
    assert (jobs.get(job.id).state, jobs.get(job.id).counts) == (State.DONE, {"added": 3})


def test_the_first_problems_alone_are_named(jobs: Jobs) -> None:
    with jobs.begun() as job:
        list(jobs.followed(job, taken(MAX_NAMED + 5, "failed")))
    told = jobs.get(job.id)
    assert (len(told.problems), told.counts) == (MAX_NAMED, {"failed": MAX_NAMED + 5})


@pytest.mark.parametrize(
    ("error", "code"), [(IndexBusy("others write."), "index_busy"), (ValueError("a defect of ours"), "internal")]
)
def test_what_fails_is_told_and_raised(jobs: Jobs, error: Exception, code: str) -> None:
    def failing() -> Iterator[Taken]:
        yield from taken(1)
        raise error

    with jobs.begun() as job, pytest.raises(type(error)):
        list(jobs.followed(job, failing()))
    told = jobs.get(job.id)
    assert told.error is not None
    assert (told.state, told.error.code, told.counts) == (State.FAILED, code, {"added": 1})
    assert "a defect of ours" not in json.dumps(told.model_dump(mode="json"))


def test_one_that_never_began_is_forgotten(jobs: Jobs) -> None:
    with pytest.raises(IndexBusy), jobs.begun() as job:
        raise IndexBusy("too many wait.")
    with pytest.raises(JobNotFound):
        jobs.get(job.id)


def later(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    class Later(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime.now(UTC) + by

    monkeypatch.setattr(jobs_module, "datetime", Later)


def test_without_a_sign_of_life_its_server_is_gone(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    with jobs.begun() as running:
        pass
    with jobs.begun() as done:
        list(jobs.followed(done, taken(1)))
    later(monkeypatch, timedelta(seconds=59))
    assert jobs.get(running.id).state is State.RUNNING
    later(monkeypatch, timedelta(seconds=62))
    assert jobs.get(running.id).state is State.GONE
    assert jobs.get(done.id).state is State.DONE


def test_those_of_long_ago_go(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    with jobs.begun() as old:
        pass
    later(monkeypatch, timedelta(days=8))
    with jobs.begun():
        pass
    with pytest.raises(JobNotFound):
        jobs.get(old.id)


def test_articles_are_indexed_although_nothing_can_be_written_down(
    jobs: Jobs, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with jobs.begun() as job:
        (tmp_path / "jobs.sqlite").write_bytes(b"damaged" * 1000)
        assert len(list(jobs.followed(job, taken(2)))) == 2
    assert "cannot be written down" in caplog.text
    with pytest.raises(HistoryError):
        jobs.get(job.id)
