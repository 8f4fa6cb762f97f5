"""A parser for tests: what it does with a file is what the file says."""

import json
import os
import resource
import signal
import sys
import time
from collections.abc import Iterator

from index.load import read_file
from index.load.parser import main
from index.load.walk import Found
from index.load.wire import Kind, pack
from index.records import Failure, LoadedArticle

ANSWERS = 4
"""Where the frames go: the first numbers that are free are those of the private streams."""


def do(found: Found) -> Iterator[LoadedArticle | Failure]:  # noqa: PLR0912
    order, _, rest = found.path.read_text("utf-8").partition(" ")
    match order:
        case "hang":
            time.sleep(3600)
        case "spin":
            while True:
                pass
        case "eat":
            yield LoadedArticle(found.id, "吃" * 2**30)
        case "crash":
            yield LoadedArticle("甲市", "甲市有企业60家。", where=f"{found.path}, line 1")
            os.kill(os.getpid(), int(rest) if rest.isdigit() else getattr(signal, rest))
        case "raise":
            raise RecursionError(rest)
        case "frame":
            kind, strings = json.loads(rest)
            os.write(ANSWERS, pack(Kind(kind.encode()), strings))
        case "exit":
            sys.exit(3)
        case "print":
            print("噪声", flush=True)
            os.write(1, b"noise")
            yield LoadedArticle(found.id, rest)
        case "many":
            yield from (LoadedArticle(f"篇{n}", rest * 1000) for n in range(10_000))
        case "slow":
            for n in range(3):
                time.sleep(0.6)
                yield LoadedArticle(f"篇{n}", rest)
        case "claim":
            yield LoadedArticle("别人的", rest, origin="/别处", where="/别处/别人的")
            yield Failure("/别处/别人的", rest, ("别人的",), "/别处")
        case "tell":
            names = ("AS", "CORE", "FSIZE", "NOFILE")
            limits = {name: resource.getrlimit(getattr(resource, f"RLIMIT_{name}")) for name in names}
            told = {
                "pid": os.getpid(), "session": os.getsid(0), "limits": limits, "environment": sorted(os.environ),
                "hard": resource.getrlimit(resource.RLIMIT_CPU)[1], "utf8": sys.flags.utf8_mode,
            }  # fmt: skip
            yield LoadedArticle(found.id, json.dumps(told))
        case _:
            yield from read_file(found)


if __name__ == "__main__":
    main(do)
