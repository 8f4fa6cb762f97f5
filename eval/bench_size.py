"""Build and search times, memory, disk and recall of each leg over synthetic sets of growing size.

    python -m eval.bench_size [SIZE...] [--home HOME] [--questions FILE] [--queries 200] [--no-lexical]

The sets are made (eval/synthetic.py) of the sentences of articles/ and the questions of eval/sets/samples, or of
those of a larger home. Each measured thing runs in a process of its own, one question at a time. "peak MB" is the
most that the building process held, pages of mapped files (the synthetic vectors among them) included; "search MB" is
what the searching one holds without mapped files, 140 of it Python with its libraries. "of flat" is the median search
time over that of the flat exact index in the same run: compare that, since absolute times depend on the machine. A
million sentences take 5 GB in the folder for temporary files.
"""

import json
import multiprocessing
import resource
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from eval.run_script import run_script
from eval.synthetic import Sentences, Source, nearness, queries, spread_for, write_vectors
from index.build import Indexer
from index.dense import FLAT_LIMIT, DenseIndex
from index.embed import Embedder, Vectors, make_embedder
from index.generations import Home
from index.lexical import LexicalIndex
from index.store import Store
from index.tokens import tokens
from youju.settings import load_settings

SIZES = [10_000, 100_000]
REAL = 50_000
"""Real sentences that the vectors of a larger home are drawn from, at most."""
TOKENIZED = 2_000
"""Real sentences whose tokens are counted, at most."""
DEPTH = 50
_ROOT = Path(__file__).parent
QUESTIONS = _ROOT / "sets" / "samples" / "questions.jsonl"
_BATCH = 1024
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Built:
    """Seconds, peak megabytes of the process, megabytes on disk."""

    seconds: float
    memory: float
    disk: float


@dataclass(frozen=True, slots=True)
class Searched:
    """`opening` and `times` in seconds, megabytes of the process, and the hits of each query, best first."""

    opening: float
    times: list[float]
    memory: float
    hits: list[list[int]]

    def at(self, percent: int) -> float:
        """That percentile of the times, in milliseconds."""
        return float(np.percentile(self.times, percent)) * 1e3


def memory(name: str) -> float:
    """Megabytes of this process: VmHWM is the peak with the pages of mapped files, RssAnon what it has now without."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would count the parent, from which a process is forked
        line = next(line for line in status.read_text().splitlines() if line.startswith(name))
        return int(line.split()[1]) / 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def apart(function: Callable[..., T], *values: object) -> T:
    """What the function gives in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, *values).result()


def build_dense(folder: Path, file: Path, limit: int) -> Built:
    """Build the dense index of the vectors in `file`: flat up to `limit` of them."""
    rows = np.load(file, mmap_mode="r")
    start = time.perf_counter()
    index = DenseIndex.empty(rows.shape[1], limit)

    def sample(count: int) -> Vectors:
        chosen = np.random.default_rng(0).choice(len(rows), min(count, len(rows)), replace=False)
        return np.asarray(rows[np.sort(chosen)])

    index.fit(len(rows), sample, folder)
    for at in range(0, len(rows), _BATCH):
        part = np.asarray(rows[at : at + _BATCH])
        index.add(np.arange(at, at + len(part), dtype=np.int64), part)
    index.write(folder)
    return Built(time.perf_counter() - start, memory("VmHWM"), on_disk(folder))


def search_dense(folder: Path, asked: Vectors, limit: int) -> Searched:
    start = time.perf_counter()
    index = DenseIndex.read(folder, limit)
    return searched(time.perf_counter() - start, lambda query: index.search(query, DEPTH), list(asked))


def build_lexical(folder: Path, found: list[list[str]], count: int) -> Built:
    """Build the lexical index of `count` sentences drawn from the tokens of real ones."""
    sentences = Sentences(found, np.random.default_rng(0))
    start = time.perf_counter()
    LexicalIndex.create(folder / "sentences").add_tokens(_drawn(sentences, count))
    return Built(time.perf_counter() - start, memory("VmHWM"), on_disk(folder))


def _drawn(sentences: Sentences, count: int) -> Iterator[tuple[int, list[str]]]:
    for start in range(0, count, _BATCH):
        yield from enumerate(sentences.draw(min(_BATCH, count - start)), start)


def search_lexical(folder: Path, asked: list[str]) -> Searched:
    start = time.perf_counter()
    index = LexicalIndex.open(folder / "sentences")
    return searched(time.perf_counter() - start, lambda text: index.search(text, DEPTH), asked)


def searched(opening: float, search: Callable[[T], list[tuple[int, float]]], asked: list[T]) -> Searched:
    """Ask one question after another; the first ones are asked once before, to warm up."""
    for query in asked[:10]:
        search(query)
    times, hits = [], []
    for query in asked:
        start = time.perf_counter()
        found = search(query)
        times.append(time.perf_counter() - start)
        hits.append([number for number, _ in found])
    return Searched(opening, times, memory("RssAnon"), hits)


def on_disk(folder: Path) -> float:
    """Megabytes of all files in the folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def recall(found: Iterable[list[int]], exact: Iterable[list[int]]) -> float:
    """The mean share of the exact hits that were found, 0 to 1."""
    return float(np.mean([len(set(a) & set(b)) / len(b) for a, b in zip(found, exact, strict=True)]))


def source_of(home: Home, questions: Path, embedder: Embedder) -> Source:
    """Sentences of a home, chosen at random where there are many, and the questions embedded."""
    store = Store(home.store)
    rng = np.random.default_rng(0)
    numbers = sorted(store.sentence_numbers())
    chosen = sorted(rng.choice(numbers, min(REAL, len(numbers)), replace=False).tolist())
    vectors = np.concatenate([store.sentence_vectors(chosen[i : i + _BATCH]) for i in range(0, len(chosen), _BATCH)])
    read = rng.choice(chosen, min(TOKENIZED, len(chosen)), replace=False).tolist()
    found = list(_tokens_of(store, read))
    store.close()
    asked = [json.loads(line)["question"] for line in questions.read_text("utf-8").splitlines() if line.strip()]
    return Source(vectors, found, np.stack([embedder.embed_query(text) for text in asked]), asked)


def _tokens_of(store: Store, numbers: list[int]) -> Iterator[list[str]]:
    """The tokens of sentences with their titles, as the lexical index has them."""
    stored = store.sentences_by_number(numbers)
    articles = store.articles_by_number({item.article for item in stored.values()})
    for item in stored.values():
        article = articles[item.article]
        yield tokens(f"{article.title}\n{item.sentence.span.of(article.text)}")


def dense_rows(table: Table, folder: Path, source: Source, count: int, asked: int) -> Searched:
    """Measure both kinds over `count` vectors; gives the flat one's searches."""
    rng = np.random.default_rng(count)
    spread = spread_for(source.vectors, count, rng)
    file = folder / "vectors.npy"
    write_vectors(file, source, count, spread, rng)
    close = apart(_nearness_of, file)
    print(f"{count:,}: spread {spread:.2f}, median cosine with the nearest other {close:.4f}", flush=True)
    wanted = queries(source, asked, spread, rng)
    flat: Searched | None = None
    for kind, limit in (("flat", count), ("compressed", 0)):
        place = folder / kind
        place.mkdir()
        built = apart(build_dense, place, file, limit)
        found = apart(search_dense, place, wanted, limit)
        shutil.rmtree(place)
        flat = flat or found
        used = " *" if (kind == "flat") == (count <= FLAT_LIMIT) else ""
        add_row(table, count, f"vectors, {kind}{used}", built, found, flat, f"{recall(found.hits, flat.hits):.4f}")
    file.unlink()
    assert flat is not None
    return flat


def _nearness_of(file: Path) -> float:
    return nearness(np.load(file, mmap_mode="r"), np.random.default_rng(1))


def lexical_row(table: Table, folder: Path, source: Source, count: int, flat: Searched) -> None:
    built = apart(build_lexical, folder, source.tokens, count)
    found = apart(search_lexical, folder, source.asked)
    add_row(table, count, "words (Tantivy)", built, found, flat, "")


def add_row(table: Table, count: int, what: str, built: Built, found: Searched, flat: Searched, share: str) -> None:
    table.add_row(
        f"{count:,}",
        what,
        f"{built.seconds:.1f}",
        f"{built.memory:,.0f}",
        f"{built.disk:,.0f}",
        f"{found.opening:.2f}",
        f"{found.memory:,.0f}",
        f"{found.at(50):.1f}",
        f"{found.at(95):.1f}",
        f"{found.at(50) / flat.at(50):.2f}",
        share,
    )


def measure(source: Source, sizes: list[int], asked: int, lexical: bool) -> Table:
    """A row for each kind of index at each size. An asterisk marks the kind that is used at that size."""
    table = Table(
        "sentences", "index", "build s", "peak MB", "disk MB", "open s", "search MB", "p50 ms", "p95 ms", "of flat",
        f"recall@{DEPTH}",
    )  # fmt: skip
    for count in sizes:
        with tempfile.TemporaryDirectory(prefix="youju-bench-") as name:
            flat = dense_rows(table, Path(name), source, count, asked)
            if lexical:
                lexical_row(table, Path(name), source, count, flat)
    return table


def sampled_home(folder: Path, embedder: Embedder) -> Home:
    """The articles of this repository, indexed into the folder."""
    home = Home(folder)
    with home.write_lock():
        indexer = Indexer(home, embedder)
        list(indexer.index([_ROOT.parent / "articles"]))
        indexer.close()
    return home


def run(
    sizes: Annotated[list[int] | None, typer.Argument(metavar="[SIZE]...", min=100)] = None,
    home: Annotated[Path | None, typer.Option(exists=True, help="a home whose sentences the sets are made of")] = None,
    questions: Annotated[Path, typer.Option(exists=True, help="JSON lines with a `question` each")] = QUESTIONS,
    asked: Annotated[int, typer.Option("--queries", min=1)] = 200,
    lexical: Annotated[bool, typer.Option()] = True,
) -> None:
    embedder = make_embedder("bundled", load_settings().cache)
    with tempfile.TemporaryDirectory(prefix="youju-bench-") as name:
        source = source_of(Home(home) if home else sampled_home(Path(name), embedder), questions, embedder)
    close = nearness(source.vectors, np.random.default_rng(1))
    print(f"{len(source.vectors):,} real sentences, median cosine with the nearest other {close:.4f}", flush=True)
    Console(width=130).print(measure(source, sizes or SIZES, asked, lexical))


if __name__ == "__main__":
    run_script(run)
