"""How far uploads have come, in a SQLite file of the home: whoever sent files may go away and ask later, of any server."""

import logging
import sqlite3
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from index.errors import HistoryError, JobNotFound, YoujuError
from qa.sqlite_file import SqliteFile
from web.errors import INTERNAL, detail_of
from web.forms import FAILED, MAX_NAMED, SKIPPED, Job, State, Taken

BEAT = 5.0
"""Seconds between signs of life, and between what is written down."""
KEPT = timedelta(days=7)
_log = logging.getLogger(__name__)


def _tables(database: sqlite3.Connection) -> None:
    database.execute("CREATE TABLE job (id TEXT PRIMARY KEY, changed TEXT NOT NULL, job TEXT NOT NULL)")


class Jobs:
    """The uploads of one home. Safe to share between threads and processes."""

    def __init__(self, path: Path) -> None:
        """Opens nothing yet; the file is made by the first upload."""
        self._file = SqliteFile(path, "uploads", (_tables,))

    @contextmanager
    def begun(self) -> Iterator[Job]:
        """A new one, which is forgotten where the block raises; those of long ago go. Raises HistoryError."""
        job = self._begin()
        try:
            yield job
        except Exception:
            self._drop(job)
            raise

    def _begin(self) -> Job:
        now = datetime.now(UTC)
        job = Job(id=uuid.uuid4().hex, begun=_time(now), changed=_time(now))
        with self._file.transaction(writes=True) as database:
            database.execute("DELETE FROM job WHERE changed < ?", (_time(now - KEPT),))
            database.execute("INSERT INTO job VALUES (?, ?, ?)", (job.id, job.changed, job.model_dump_json()))
        return job

    def _drop(self, job: Job) -> None:
        with self._file.transaction(writes=True) as database:
            database.execute("DELETE FROM job WHERE id = ?", (job.id,))

    def get(self, job: str) -> Job:
        """Raises JobNotFound, HistoryError."""
        rows = []
        if self._file.exists:
            with self._file.transaction() as database:
                rows = database.execute("SELECT job FROM job WHERE id = ?", (job,)).fetchall()
        if not rows:
            raise JobNotFound(f"there is no upload {job!r}.", "It may be more than a week ago.")
        return Job.model_validate_json(rows[0][0]).now(datetime.now(UTC))

    def followed(self, job: Job, all_taken: Iterator[Taken]) -> Iterator[Taken]:
        """The same, written down as they come: every few seconds, and at the end. Raises what they raise."""
        with self._alive(job):
            try:
                for taken in all_taken:
                    job.counts[taken.outcome] = job.counts.get(taken.outcome, 0) + 1
                    if taken.outcome in (FAILED, SKIPPED) and len(job.problems) < MAX_NAMED:
                        job.problems.append(asdict(taken))
                    yield taken
                job.state = State.DONE
            except YoujuError as error:
                job.state, job.error = State.FAILED, detail_of(error)
                raise
            except Exception:
                job.state, job.error = State.FAILED, INTERNAL
                raise

    @contextmanager
    def _alive(self, job: Job) -> Iterator[None]:
        """Write it down every few seconds while the block lasts, and at its end."""
        over = threading.Event()

        def beat() -> None:
            while not over.wait(BEAT):
                self._write(job)

        thread = threading.Thread(target=beat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
            self._write(job)

    def _write(self, job: Job) -> None:
        job.changed = _time(datetime.now(UTC))
        try:
            with self._file.transaction(writes=True) as database:
                row = (job.changed, _copy(job).model_dump_json(), job.id)
                database.execute("UPDATE job SET changed = ?, job = ? WHERE id = ?", row)
        except HistoryError:  # the articles are what counts: they are committed although nobody can ask how many
            _log.exception("how far an upload has come cannot be written down")


def _copy(job: Job) -> Job:
    """The same as it is now: another thread goes on with it."""
    return job.model_copy(update={"counts": dict(job.counts), "problems": list(job.problems)})


def _time(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
