"""The sample articles, indexed into a home of their own and served by a process of its own, on loopback."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

ARTICLES = Path(__file__).parent.parent / "articles"
PATIENCE = 120.0
"""Seconds in which the server must be ready."""


@contextmanager
def served_samples() -> Iterator[str]:
    """The address of a server that is ready, with a slash at its end. Raises TimeoutError."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    youju = [sys.executable, "-m", "youju"]
    with tempfile.TemporaryDirectory(prefix="youju-served-") as home:
        place = {k: v for k, v in os.environ.items() if not k.startswith(("YOUJU_", "OPENAI_"))} | {"YOUJU_HOME": home}
        subprocess.run([*youju, "index", str(ARTICLES)], env=place, check=True)
        server = subprocess.Popen([*youju, "serve", "--port", str(port)], env=place)
        try:
            url = f"http://127.0.0.1:{port}/"
            _wait(url, server)
            yield url
        finally:
            server.terminate()
            server.wait()


def _wait(url: str, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(url + "readyz")
        except URLError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"{url} does not answer")
