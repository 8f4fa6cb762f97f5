"""Kill an indexing run at random moments, many times, and check that nothing reported is lost.

    python tests/kill_indexing.py [--times 200] [--seed 0]

After each kill the store must open, hold every article whose commit was reported, each whole
(its text, its spans, a vector for each sentence), and be searchable. When a run completes,
the home is thrown away and the next one starts from nothing.
"""

import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Annotated

import typer

TESTS = Path(__file__).resolve().parent
sys.path[:0] = [str(TESTS.parent), str(TESTS)]

from conftest import HashEmbedder  # noqa: E402

from index.errors import IndexMissing  # noqa: E402
from index.generations import Home  # noqa: E402
from index.reader import open_reader  # noqa: E402
from index.store import Store  # noqa: E402

ARTICLES = 150
CHILD = TESTS / "killed_indexer.py"


def write_articles(folder: Path) -> None:
    folder.mkdir()
    for number in range(ARTICLES):
        text = f"第{number}号果园今年收了{number * 7 + 3}吨苹果。编号K{number}的仓库已经装满。"
        (folder / f"{number:03}.txt").write_text(text, "utf-8")


def run_and_kill(home: Home, source: Path, chance: random.Random) -> tuple[set[str], bool]:
    """Ids that a run reported before it was killed, and whether it ended by itself first."""
    reported: set[str] = set()
    with subprocess.Popen([sys.executable, CHILD, home.root, source, "1"], stdout=subprocess.PIPE, text=True) as child:
        stdout = child.stdout
        assert stdout is not None
        after = chance.choice([0, 0, 1, 2, 5, 20, ARTICLES])
        while len(reported) < after and (line := stdout.readline()):
            reported.add(line.strip())
        # Before the first report a run spends some two seconds on imports; later, moments count.
        timer = threading.Timer(chance.uniform(0, 3.0 if after == 0 else 0.05), child.send_signal, [signal.SIGKILL])
        timer.start()
        reported |= {line.strip() for line in stdout if line.endswith("\n")}
        child.wait()
        timer.cancel()
    return reported, child.returncode == 0


def check(home: Home, reported: set[str]) -> None:
    """Raises AssertionError when something that was reported is lost or broken."""
    if not home.store.exists():
        assert not reported
        return
    try:
        store = Store(home.store)
    except IndexMissing:
        assert not reported
        return
    stored = {summary.id for summary in store.summaries()}
    assert reported <= stored, sorted(reported - stored)
    for article_id in stored:
        article = store.article(article_id)
        assert len(article.sentences) == 2
        assert all(s.span.of(article.text).endswith("。") for s in article.sentences)
    numbers = sorted(store.sentence_numbers())
    assert len(numbers) == 2 * len(stored)
    assert len(store.sentence_vectors(numbers)) == len(numbers)
    store.close()
    if stored:
        reader = open_reader(home, HashEmbedder())
        for article_id in sorted(stored)[:5]:
            [(best, _)] = reader.matching_sentences(f"编号K{int(article_id[:3])}", 1)
            assert reader.locate([best])[best].article.id == article_id
        reader.close()


def main(times: Annotated[int, typer.Option(min=1)] = 200, seed: int = 0) -> None:
    chance = random.Random(seed)
    start = time.monotonic()
    kills = completed = 0
    with tempfile.TemporaryDirectory(prefix="youju-kill-") as folder:
        source = Path(folder, "articles")
        write_articles(source)
        home, reported = Home(Path(folder, "home-0")), set[str]()
        while kills < times:
            newly, finished = run_and_kill(home, source, chance)
            reported |= newly
            check(home, reported)
            kills += not finished
            if finished:
                assert len(Store(home.store).summaries()) == ARTICLES
                completed += 1
                home, reported = Home(Path(folder, f"home-{completed}")), set[str]()
            if (kills + completed) % 20 == 0:
                print(f"{kills} kills, {completed} completed runs, {time.monotonic() - start:.0f} s", flush=True)
    print(f"{kills} kills and {completed} completed runs: nothing that was reported was lost")


if __name__ == "__main__":
    typer.run(main)
