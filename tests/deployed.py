"""What is deployed, on loopback: `youju serve` as processes over one home, and nginx with our configuration before them."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
PATIENCE = 120.0
"""Seconds after which a process that has not come to what is waited for never will."""


def free_port() -> int:
    """Below those that the system gives away by itself (from 32768): nobody is given it before it is used."""
    port = 20000 + secrets.randbelow(12768)
    return free_port() if _is_open(port) else port


def _is_open(port: int) -> bool:
    with socket.socket() as trying:
        return trying.connect_ex(("127.0.0.1", port)) == 0


def until(is_so: Callable[[], object]) -> None:
    """Wait for something."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


class Serving:
    """One `youju serve` on a port of its own."""

    def __init__(self, home: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/youju/"
        self._home = home
        self._process: subprocess.Popen[bytes] | None = None
        self.settings: dict[str, str] = {}

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self, **settings: str) -> None:
        """Start it and go on at once."""
        self.settings = settings
        given = {k: v for k, v in os.environ.items() if not k.startswith(("YOUJU_", "OPENAI_"))} | settings
        given |= {"YOUJU_ROOT_PATH": "/youju", "TMPDIR": str(self._home.parent)}
        command = [sys.executable, "-m", "youju", "serve", "--home", str(self._home), "--port", str(self.port)]
        with (self._home.parent / f"{self.port}.log").open("ab") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, env=given, stderr=log, stdout=log)

    def wait_until_alive(self) -> None:
        until(lambda: _is_open(self.port) or not self.is_running)
        assert self.is_running

    def early(self) -> list[tuple[int, httpx.Response]]:
        """What /healthz and /readyz say, from when the port can be reached to when it is ready."""
        self.wait_until_alive()
        said: list[tuple[int, httpx.Response]] = []
        deadline = time.monotonic() + PATIENCE
        while not said or said[-1][1].status_code != 200:
            assert time.monotonic() < deadline
            health, ready = (httpx.get(self.url + path, timeout=PATIENCE) for path in ("healthz", "readyz"))
            said.append((health.status_code, ready))
            time.sleep(0.05)
        return said

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def terminate(self) -> None:
        assert self._process is not None
        self._process.terminate()

    def ended(self) -> int:
        """Its exit status."""
        assert self._process is not None
        return self._process.wait(PATIENCE)


class Front:
    """Debian's nginx with deploy/nginx.conf, but for its port and the folder for what it writes."""

    def __init__(self, folder: Path, ports: Sequence[int]) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/youju/"
        configured = (DEPLOY / "nginx.conf").read_text("utf-8")
        for ours, here in (("listen 8080;", f"listen 127.0.0.1:{self.port};"), ("/tmp/", f"{folder}/")):
            assert ours in configured
            configured = configured.replace(ours, here)
        (folder / "nginx.conf").write_text(configured, "utf-8")
        for name in ("servers.conf", "servers_any.conf"):
            parameters = (DEPLOY / name).read_text("utf-8").splitlines()[-1].split(maxsplit=2)[2]
            servers = [f"server 127.0.0.1:{port} {parameters}\n" for port in ports]
            (folder / name).write_text("".join(servers), "utf-8")
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        # Root's workers would be another user's, who may not read pytest's folders.
        given = f"daemon off; pid {folder}/nginx.pid;" + (" user root;" if os.geteuid() == 0 else "")
        self._command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", given]

    def checked(self) -> str:
        """What nginx says of the configuration."""
        return subprocess.run([*self._command, "-t"], capture_output=True, text=True, check=False).stderr

    @contextmanager
    def running(self) -> Iterator["Front"]:
        with subprocess.Popen(self._command, stderr=subprocess.DEVNULL) as process:
            try:
                until(lambda: _is_open(self.port) or process.poll() is not None)
                assert process.poll() is None
                yield self
            finally:
                process.terminate()


def has_nginx() -> bool:
    return bool(shutil.which("nginx")) or Path("/usr/sbin/nginx").exists()


def events(lines: Iterator[str]) -> Iterator[tuple[str, Any]]:
    """Server-sent events, as they come."""
    name = ""
    for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


def add(url: str, **texts: str) -> list[tuple[str, Any]]:
    """Add articles, named by their ids without `.txt`; the events that come."""
    files = [("files", (f"{name}.txt", text.encode())) for name, text in texts.items()]
    with httpx.stream("POST", f"{url}api/articles", files=files, timeout=PATIENCE) as response:
        return list(events(response.iter_lines()))


def ask(url: str, question: str, cookies: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    """The Answer."""
    body = {"question": question} | more
    sent = httpx.post(f"{url}api/ask", json=body, cookies=cookies, timeout=PATIENCE)
    answer: dict[str, Any] = sent.raise_for_status().json()
    return answer


class Load:
    """Requests one after another in threads of their own; what failed of them."""

    def __init__(self, url: str) -> None:
        self.failed: list[str] = []
        self.done = 0
        self._url = url
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(kind,)) for kind in ("GET", "POST")]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, kind: str) -> None:
        with httpx.Client(timeout=PATIENCE) as client:
            while not self._over.is_set():
                try:
                    if kind == "GET":
                        sent = client.get(f"{self._url}api/articles")
                    else:
                        sent = client.post(f"{self._url}api/search", json={"question": "合肥的量子基金？", "k": 1})
                    if sent.status_code != 200:
                        self.failed.append(f"{kind} {sent.status_code} {sent.text[:200]}")
                except httpx.HTTPError as error:
                    self.failed.append(f"{kind} {error!r}")
                self.done += 1
                time.sleep(0.05)
