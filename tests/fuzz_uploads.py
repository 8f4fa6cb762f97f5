"""Upload files that are broken in every way to a server, and check that it takes them for what they are.

    python tests/fuzz_uploads.py [--files 10000] [--seed 0] [--at-once 20]

Valid .html, .docx, .pdf and .jsonl are made here and changed at random: in their bytes and in their structure. Each upload
must be answered by events that account for each of its files; between them the server must be well and answer a question;
its memory and that of its parser must stay bounded; nothing may be left of uploads and processes. What breaks this is
printed, the file is kept, and the exit status is 1.
"""

import json
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

TESTS = Path(__file__).resolve().parent
sys.path[:0] = [str(TESTS.parent), str(TESTS)]

from conftest import HashEmbedder  # noqa: E402
from mutants import Mutant, mutants  # noqa: E402
from site_server import Site  # noqa: E402

from web.allocator import share_arenas  # noqa: E402

QUESTION, ANSWER = "合肥到2027年要有多少家量子企业？", "150"
OUTCOMES = {"added", "updated", "unchanged", "failed", "skipped"}
GROWTH = 1000
"""MiB that the server may take more at the end than after the first upload, for an index of thousands of articles."""
KEPT = tempfile.gettempdir()
"""Folder for files that did harm."""
PATIENCE = 400.0
"""Seconds that one upload may take: a parser has 300 for a file."""


class Violation(Exception):
    """The server did what it must not."""


@dataclass
class Memory:
    """The greatest resident sizes, in MiB, of this process, in which the server runs, and of the parser."""

    server: float = 0
    parser: float = 0
    first: float = 0
    over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def watched(self) -> Iterator[None]:
        thread = threading.Thread(target=self._watch)
        thread.start()
        try:
            yield
        finally:
            self.over.set()
            thread.join()

    def _watch(self) -> None:
        while not self.over.wait(0.1):
            self.server = max(self.server, resident("self"))
            self.parser = max([self.parser, *(resident(pid) for pid in parsers())])


def resident(pid: str) -> float:
    """MiB; 0 for a process that is gone."""
    try:
        status = Path("/proc", pid, "status").read_text("utf-8")
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")) / 1024


def parsers() -> list[str]:
    """Process ids of the parsers that this process has started, in whichever thread."""
    started = [pid for task in Path("/proc/self/task").glob("*/children") for pid in _read(task).split()]
    return [pid for pid in started if "index.load.parser" in _read(Path("/proc", pid, "cmdline"))]


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError:  # a thread that is gone
        return ""


def events_of(text: str) -> list[tuple[str, Any]]:
    """The events of a stream. Raises ValueError for what is none."""
    blocks = [block.split("\n") for block in text.strip().split("\n\n")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in blocks]


def upload(client: httpx.Client, batch: list[Mutant]) -> Counter[str]:
    """How many articles came out how. Raises Violation."""
    files = [("files", (mutant.name, mutant.data)) for mutant in batch]
    sent = client.post("/api/articles", files=files)
    if sent.status_code != 200:
        raise Violation(f"status {sent.status_code}: {sent.text[:300]}")
    try:
        events = events_of(sent.text)
    except ValueError as error:
        raise Violation(f"a stream that is none: {sent.text[:300]}") from error
    articles = [data for name, data in events if name == "article"]
    counts = Counter(data["outcome"] for data in articles)
    if events[-1] != ("done", dict(counts)) or not counts.keys() <= OUTCOMES:
        raise Violation(f"the stream ends with {events[-1]}, its articles are {dict(counts)}")
    check_all_are_told_of(batch, articles)
    return counts


def check_all_are_told_of(batch: list[Mutant], articles: list[dict[str, Any]]) -> None:
    """Raises Violation. What has an id of nobody is of a bulk file whose ids were changed."""
    missing = [mutant.name for mutant in batch if not any(_is_of(mutant, data) for data in articles)]
    nobodys = [data for data in articles if not any(_is_of(mutant, data) for mutant in batch)]
    if len(missing) > len(nobodys) or not all(name.endswith(".jsonl") for name in missing):
        raise Violation(f"nothing is said of {', '.join(missing)}")


def _is_of(mutant: Mutant, data: dict[str, Any]) -> bool:
    """A bulk file's articles have ids that begin with its name; what is wrong with it has its name in it."""
    if not mutant.name.endswith(".jsonl"):
        return bool(data["article_id"] == mutant.name)
    return data["article_id"].startswith(mutant.name) or mutant.name in data["detail"]


def check_well(client: httpx.Client) -> None:
    """Raises Violation where the server is not well, or does not answer."""
    if client.get("/healthz").status_code != 200:
        raise Violation("/healthz is not well")
    answer = client.post("/api/ask", json={"question": QUESTION})
    if answer.status_code != 200 or ANSWER not in answer.json()["answer"]:
        raise Violation(f"the answer is {answer.status_code}: {answer.text[:300]}")


def check_nothing_left(temporary: Path) -> None:
    """Raises Violation."""
    until = time.monotonic() + 10
    while (left := [*parsers(), *temporary.glob("youju-upload-*")]) and time.monotonic() < until:
        time.sleep(0.1)
    if left:
        raise Violation(f"left: {left}")


def fuzz(files: int, seed: int, at_once: int, folder: Path) -> tuple[Counter[str], Memory]:
    """Outcomes of so many files, and what memory they took. Raises Violation."""
    site = Site(folder, HashEmbedder())
    made, outcomes, memory = mutants(random.Random(seed)), Counter[str](), Memory()
    start, done = time.monotonic(), 0
    with httpx.Client(base_url=site.url, timeout=PATIENCE) as client, memory.watched():
        while done < files:
            batch = [next(made) for _ in range(min(at_once, files - done))]
            try:
                outcomes += upload(client, batch)
            except (Violation, httpx.HTTPError) as error:
                raise Violation(f"{error!r}; {kept(batch)}") from error
            done += len(batch)
            check_nothing_left(folder)
            memory.first = memory.first or resident("self")
            if done % (5 * at_once) == 0 or done == files:
                check_well(client)
                told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
                print(f"{done} files, {time.monotonic() - start:.0f} s: {told}; {resident('self'):.0f} MiB", flush=True)
    site.stop()
    if (grown := resident("self") - memory.first) > GROWTH:
        raise Violation(f"the server has grown by {grown:.0f} MiB")
    return outcomes, memory


def kept(batch: list[Mutant]) -> str:
    """Put the files where they can be looked at, and say where."""
    folder = Path(tempfile.mkdtemp(prefix="youju-fuzz-kept-", dir=KEPT))
    for mutant in batch:
        (folder / mutant.name).write_bytes(mutant.data)
    return f"the files are in {folder}: " + ", ".join(f"{m.name} ({m.how})" for m in batch)


def main(
    files: Annotated[int, typer.Option(min=1)] = 10_000,
    seed: int = 0,
    at_once: Annotated[int, typer.Option(min=1, max=500)] = 50,
) -> None:
    share_arenas()  # as `youju serve` does
    with tempfile.TemporaryDirectory(prefix="youju-fuzz-") as folder:
        tempfile.tempdir = folder  # uploads are put aside here, where what is left of them is seen
        try:
            outcomes, memory = fuzz(files, seed, at_once, Path(folder))
        except Violation as violation:
            tempfile.tempdir = None
            sys.exit(f"seed {seed}: {violation}")
    told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
    print(
        f"{files} files, seed {seed}: {told}. MiB: server {memory.first:.0f} after the first upload, {resident('self'):.0f}"
        f" at the end, {memory.server:.0f} at most; parser {memory.parser:.0f} at most"
    )


if __name__ == "__main__":
    typer.run(main)
