"""Servers in processes of their own, on loopback: Youju over a home, and a plain FastAPI to compare it with."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

from index.errors import YoujuError

YOUJU = [sys.executable, "-m", "youju"]
PATIENCE = 120.0
"""Seconds in which a server must be ready."""


@dataclass(frozen=True, slots=True)
class Served:
    """A server that is ready. Its address has a slash at its end."""

    url: str
    pid: int


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process holds: megabytes of memory, those of them that belong to no file, file descriptors, threads."""

    resident: float
    anonymous: float
    descriptors: int
    threads: int


def environment(**settings: str) -> dict[str, str]:
    """This process's, with these settings and no others, but for where the prepared models are."""
    kept = {n: v for n, v in os.environ.items() if n == "YOUJU_CACHE" or not n.startswith(("YOUJU_", "OPENAI_"))}
    return kept | {f"YOUJU_{name.upper()}": value for name, value in settings.items()}


@contextmanager
def served_home(home: Path, **settings: str) -> Iterator[Served]:
    """`youju serve` over an indexed home, with these settings. Raises YoujuError when it does not start."""
    with _served([*YOUJU, "serve", "--port"], "readyz", environment(home=str(home), **settings)) as server:
        yield server


@contextmanager
def served_hello() -> Iterator[Served]:
    """What FastAPI and uvicorn do with nothing behind them (eval/hello.py). Raises YoujuError when it does not start."""
    with _served([sys.executable, "-m", "eval.hello"], "", environment()) as server:
        yield server


def usage_of(pid: int) -> Usage:
    """What Linux says of a process. Raises OSError elsewhere, and for one that has ended."""
    said = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines())
    resident, anonymous = (int(said[name].split()[0]) * 1024 / 1e6 for name in ("VmRSS", "RssAnon"))
    return Usage(resident, anonymous, len(list(Path(f"/proc/{pid}/fd").iterdir())), int(said["Threads"]))


def processor_seconds(pid: int) -> float:
    """What a process has had of all cores. Raises OSError as `usage_of` does."""
    after_name = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return sum(map(int, after_name[11:13])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _served(command: Sequence[str], ready: str, place: Mapping[str, str]) -> Iterator[Served]:
    """`command` takes the port as its last argument; the server is ready when it answers at the path `ready`."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen([*command, str(port)], env=place)
    try:
        url = f"http://127.0.0.1:{port}/"
        _wait(url + ready, server)
        yield Served(url, server.pid)
    finally:
        server.terminate()
        server.wait()


def _wait(url: str, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(url).close()
        except URLError:
            time.sleep(0.05)
        else:
            return
    raise YoujuError(f"{url} does not answer.", "What the server says stands above.")
