"""Kill `youju eval` at random moments, by SIGKILL and by Ctrl-C, and resume it: nothing may be lost or counted twice.

    python tests/kill_eval.py [--times 100] [--seed 0]

The questions go to a made-up server over HTTP, which knows what it was asked. When a run ends by
itself, its answers and figures must be those of a run that nobody killed, times aside, and no
question may have been asked again whose answer was kept.
"""

import json
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote

import typer

TESTS = Path(__file__).resolve().parent
sys.path[:0] = [str(TESTS.parent), str(TESTS)]

from eval.record import Record  # noqa: E402
from eval.run_folder import RunFolder  # noqa: E402

ORCHARDS = 40
WORKERS = 3
PATIENCE = 60.0
"""Seconds until something that should happen at once counts as never happening."""


# -- orchards: articles, questions and answers ------------------------------------------------


def article(number: int) -> str:
    return f"第{number}号果园今年收了{number * 7 + 3}吨苹果。编号K{number}的仓库已经装满。"


def question(number: int) -> str:
    return f"第{number}号果园今年收了多少吨苹果？"


def write_questions(path: Path, count: int = ORCHARDS) -> Path:
    """A set about the orchards: every fifth question has no answer, and is tagged so."""
    lines = []
    for n in range(count):
        known: dict[str, object] = {"answerable": False, "tags": ["none"]}
        if n % 5 != 4:
            quote = article(n).split("。")[0] + "。"
            known = {"answers": [[f"{n * 7 + 3}吨"]], "evidence": [{"article": f"果园/{n}", "quote": quote}]}
        lines.append({"id": f"q{n:02}", "question": question(n)} | known)
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    return path


def place(number: int) -> dict[str, object]:
    """The first sentence of an orchard's article, as citations and hits have it."""
    quote = article(number).split("。")[0] + "。"
    about = {"title": f"{number}号", "source": "", "published": "", "url": ""}
    return {"article_id": f"果园/{number}", "start": 0, "end": len(quote), "quote": quote, "score": 1.0} | about


def answered(number: int, asked: str) -> dict[str, object]:
    """Every seventh from the third on cites its neighbour; those that have no answer are refused."""
    cited = [] if number % 5 == 4 else [place(number + (number % 7 == 3)) | {"number": 1, "version": 1}]
    sentences = [{"text": c["quote"], "verdict": "supported", "citations": [1]} for c in cited]
    return {
        "id": "0", "question": asked, "standalone_question": asked, "mode": "extractive", "timings_ms": {},
        "answer": "\n".join(f"{s['text']}[1]" for s in sentences) or "没有找到答案。", "sentences": sentences,
        "citations": cited, "status": "answered" if cited else "no_evidence", "confidence": 0.9 if cited else 0.1,
        "usage": {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100},
    }  # fmt: skip


def searched(number: int) -> dict[str, object]:
    found = {key: place(number)[key] for key in ("article_id", "start", "end", "score")}
    articles = [{"article_id": f"果园/{number}", "score": 2.0}]
    legs = {"dense": [found], "lexical": [found], "articles": articles}
    return {"hits": [place(number), place(number + 1) | {"score": 0.5}], "legs": legs, "timings_ms": {"total": 1.0}}


# -- the server -------------------------------------------------------------------------------


class Orchards(ThreadingHTTPServer):
    """Answers as `youju serve` does, about the orchards; it can hold its answers back, and go away.

    It also judges as an OpenAI-compatible endpoint under /v1, which finds everything faithful.
    """

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.asked: list[str] = []
        """Every question that came in, in that order."""
        self.held = threading.Event()
        """Set once a question is held back."""
        self._changed = threading.Condition()
        self._limit: int | None = None
        self._goes = False

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def hold_after(self, count: int, *, go_away: bool = False) -> None:
        """Answer `count` questions more, and keep the next ones waiting until `release`.

        With `go_away` it then ends as a server that was killed: nobody listens, what was asked is dropped.
        """
        with self._changed:
            self._limit, self._goes = len(self.asked) + count, go_away
            self.held.clear()

    def release(self) -> None:
        with self._changed:
            self._limit = None
            self._changed.notify_all()

    def reset(self) -> None:
        """As new: nothing asked, nothing held."""
        self.release()
        self.asked.clear()
        self.held.clear()

    def admit(self, question: str) -> bool:
        """Let a question through at its time; whether it gets an answer."""
        with self._changed:
            self.asked.append(question)
            self._changed.notify_all()
            if self._limit is None or len(self.asked) <= self._limit:
                return True
            self.held.set()
            if not self._goes:
                return self._changed.wait_for(lambda: self._limit is None, PATIENCE)
        self.shutdown()
        self.server_close()
        return False

    def wait_for(self, count: int, seconds: float) -> bool:
        """Wait until so many questions have come in; whether they have."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self.asked) >= count, seconds)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed takes no answer."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # heads and bodies in one piece, which TCP does not hold back
    server: Orchards

    def do_GET(self) -> None:
        if self.path == "/readyz":
            self._send({"status": "ready", "articles": ORCHARDS, "embedder": "none", "index": "0123456789abcdef"})
        elif match := re.fullmatch(r"/api/articles/果园/(\d+)", unquote(self.path)):
            self._send({"text": article(int(match[1]))})
        else:
            self._refuse(404)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.path == "/v1/chat/completions":
            said = {"role": "assistant", "content": '{"verdict": "faithful", "reason": "都有。"}'}
            choices = [{"index": 0, "finish_reason": "stop", "message": said}]
            self._send({"id": "0", "object": "chat.completion", "created": 0, "model": "m", "choices": choices})
            return
        number = int(re.findall(r"\d+", body["question"])[0])
        if self.path == "/api/search":
            self._send(searched(number))
        elif not self.server.admit(body["question"]):
            self.close_connection = True
        elif number >= 900:
            self._refuse(500)
        else:
            self._send(answered(number, body["question"]))

    def _refuse(self, status: int) -> None:
        self._send({"error": {"code": "x", "message": "something went wrong.", "hint": ""}}, status)

    def _send(self, body: dict[str, Any], status: int = 200) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def orchards(port: int = 0) -> Iterator[Orchards]:
    """A running server."""
    with Orchards(port) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.release()
            server.shutdown()
            thread.join()


def command(questions: Path, url: str, out: Path, *more: str) -> list[str]:
    """The command line of a run against a server."""
    return [sys.executable, "-m", "youju", "eval", str(questions), "--url", url, "--out", str(out), *more]


# -- killing ----------------------------------------------------------------------------------


def outcome(out: Path) -> tuple[list[Record], dict[str, Any]]:
    """The answers and the figures of a run, times aside."""
    records = [
        record.model_copy(update={"ask_ms": 0.0, "search_ms": 0.0, "first_sentence_ms": 0.0})
        for record in RunFolder(out).records()
    ]
    metrics = json.loads((out / "metrics.json").read_bytes())
    for figures in metrics["figures"]["figures"].values():
        for name in [name for name in figures if name.startswith("time.")]:
            del figures[name]
    return records, metrics


def run_and_kill(server: Orchards, line: list[str], chance: random.Random) -> tuple[int, bool]:
    """A run that is ended at some moment: its exit status, and whether it was killed without being asked."""
    before = len(server.asked)
    with subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=TESTS.parent) as child:
        after, hard = chance.choice([0, 1, 2, 5, 20]), chance.random() < 0.7
        timer = threading.Timer(
            chance.uniform(0, 4.0 if after == 0 else 0.08),
            child.send_signal,
            [signal.SIGKILL if hard else signal.SIGINT],
        )
        while after and child.poll() is None and not server.wait_for(before + after, 0.1):
            pass
        timer.start()
        status = child.wait()
        timer.cancel()
    return status, status == -signal.SIGKILL


def kept(out: Path) -> set[str]:
    """Questions whose answers are in the folder whole."""
    lines = (out / "answers.jsonl").read_bytes().split(b"\n")[:-1] if (out / "answers.jsonl").exists() else []
    return {str(json.loads(line)["question"]["question"]) for line in lines}


def main(times: Annotated[int, typer.Option(min=1)] = 100, seed: int = 0) -> None:
    chance, start = random.Random(seed), time.monotonic()
    kills = completed = again = 0
    with tempfile.TemporaryDirectory(prefix="youju-kill-") as folder, orchards() as server:
        questions, workers = write_questions(Path(folder, "q.jsonl")), ["--workers", str(WORKERS)]
        subprocess.run(command(questions, server.url, Path(folder, "whole"), *workers), check=True, capture_output=True)
        whole = outcome(Path(folder, "whole"))
        while kills < times:
            out, killed = Path(folder, f"run-{completed}"), 0
            server.asked.clear()
            while True:
                had, asked = kept(out), len(server.asked)
                status, hard = run_and_kill(server, command(questions, server.url, out, *workers, "--resume"), chance)
                assert not had & set(server.asked[asked:]), "an answered question was asked again"
                assert had <= kept(out), "an answer was lost"
                if status == 0:
                    break
                assert status in (-signal.SIGKILL, -signal.SIGINT, 130, 1), status
                kills, killed = kills + 1, killed + hard
            assert outcome(out) == whole, f"{out} differs"
            twice = sum(count - 1 for count in Counter(server.asked).values())
            assert twice <= 2 * WORKERS * killed, f"{twice} questions were asked again after {killed} kills"
            completed, again = completed + 1, again + twice
            print(f"{kills} kills, {completed} completed runs, {time.monotonic() - start:.0f} s", flush=True)
    print(
        f"{kills} kills and {completed} completed runs: nothing was lost; {again} questions in flight were asked again"
    )


if __name__ == "__main__":
    typer.run(main)
