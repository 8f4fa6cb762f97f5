"""Index SOURCE into HOME with the fake embedder, and print each id once it is committed: meant to be killed."""

import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent
sys.path[:0] = [str(TESTS.parent), str(TESTS)]

from conftest import HashEmbedder  # noqa: E402

import index.build  # noqa: E402
from index.generations import Home  # noqa: E402

COMMITTED = (index.build.Outcome.ADDED, index.build.Outcome.UPDATED)


def main(root: str, source: str, batch: str) -> None:
    index.build.BATCH_SENTENCES = int(batch)
    home = Home(Path(root))
    with home.write_lock():
        indexer = index.build.Indexer(home, HashEmbedder())
        for event in indexer.index([Path(source)]):
            if event.outcome in COMMITTED:
                print(event.article_id, flush=True)
        indexer.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
