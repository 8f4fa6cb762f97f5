"""Deployed: processes over one home, behind nginx under a sub-path; what is in deploy/ is what is run."""

import json
import re
import shutil
import subprocess
import sys
import threading
import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from configparser import ConfigParser
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from conftest import HashEmbedder
from deployed import DEPLOY, PATIENCE, Front, Load, Serving, add, ask, events, free_port, has_nginx, until
from playwright.sync_api import Browser, Page, expect
from site_server import ARTICLES, Site, asked
from typer.main import get_command

from app import LAST_WORDS
from index.build import Indexer
from index.embed import make_embedder
from index.generations import Home
from qa.pipeline import Pipeline
from web.access import Doors
from web.intake import MAX_SUM
from web.keys import KeyStore, Scope
from web.visitors import COOKIE
from youju.cli.main import app
from youju.settings import Settings

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not has_nginx(), reason="needs nginx"),
]

Visit = Callable[..., Page]
QUESTION = "合肥2027年量子企业有多少家？"
SAID = "合肥到2027年量子企业增加到150家。"
LAST_SPANS = 30
"""Seconds after which OpenTelemetry's batches give up, when they are closed."""


# -- two processes over one home --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Deployed:
    """Two processes behind nginx."""

    a: Serving
    b: Serving
    url: str
    early: list[tuple[int, httpx.Response]]
    """What a said while it started."""


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    folder = tmp_path_factory.mktemp("deployed")
    bulk = folder / "articles.jsonl"
    bulk.write_text("\n".join(json.dumps(a, ensure_ascii=False) for a in ARTICLES[:1]), "utf-8")
    home = Home(folder / "home")
    with home.write_lock():
        indexer = Indexer(home, make_embedder("bundled"))
        list(indexer.index([bulk]))
        indexer.close()
    a, b = Serving(home.root), Serving(home.root)
    a.start()
    b.start()
    early = a.early()
    b.early()
    with Front(folder, [a.port, b.port]).running() as front:
        yield Deployed(a, b, front.url, early)
    for one in (a, b):
        if one.is_running:
            one.terminate()
            assert one.ended() == 0


def test_it_lives_at_once_and_is_ready_when_everything_is_loaded(deployed: Deployed) -> None:
    first, last = deployed.early[0], deployed.early[-1]
    assert {health for health, _ in deployed.early} == {200}
    assert first[1].status_code == 503
    assert first[1].json()["error"]["code"] == "starting"
    assert first[1].headers["retry-after"] == "2"
    assert last[1].json()["articles"] == 1


def test_a_visitor_asks_under_the_path_and_goes_on_after_a_reload(visit: Visit, deployed: Deployed) -> None:
    page = visit("", at=deployed)
    assert page.url == f"{deployed.url}zh-Hans/"
    exchange = asked(page, QUESTION)
    expect(exchange.locator(".yj-said")).to_have_text(SAID)
    exchange.locator(".yj-cite").click()
    expect(page.locator("#yj-source mark")).to_contain_text("150家")
    page.wait_for_url("**/youju/zh-Hans/?c=*")
    page.reload()
    page.wait_for_selector("#yj-chat[data-ready]")
    expect(page.locator(".yj-said")).to_have_text(SAID)
    again = asked(page, "那量子基金有多少亿元呢？")
    expect(again.locator(".yj-said")).to_contain_text("30亿元")
    page.get_by_role("link", name="English").click()
    page.wait_for_url("**/youju/en/?c=*")
    paths = {cookie["name"]: cookie["path"] for cookie in page.context.cookies()}
    assert paths == {"youju_visitor": "/youju/", "youju_language": "/youju/"}


def test_what_one_process_adds_the_other_answers_and_no_request_fails(deployed: Deployed) -> None:
    with Load(deployed.url) as load:
        for number in range(3):
            name = f"city{number}"
            assert add(deployed.a.url, **{name: f"甲{number}市共有博物馆{number + 5}3座。"})[-1] == (
                "done",
                {"added": 1},
            )
            answer = ask(deployed.b.url, f"甲{number}市有多少座博物馆？")
            assert [c["article_id"] for c in answer["citations"]] == [f"{name}.txt"]
    assert load.failed == []
    assert load.done > 10


def test_both_may_add_at_the_same_time(deployed: Deployed) -> None:
    given = [(url, f"{at}{n}") for n in range(3) for at, url in (("a", deployed.a.url), ("b", deployed.b.url))]
    with ThreadPoolExecutor(len(given)) as pool:
        came = list(pool.map(lambda to: add(to[0], **{to[1]: f"乙市{to[1]}区共有图书馆47座。"})[-1], given))
    assert came == [("done", {"added": 1})] * 6
    for one in (deployed.a, deployed.b):
        listed = {article["id"] for article in httpx.get(f"{one.url}api/articles").json()}
        assert listed >= {f"{name}.txt" for _, name in given}


def test_a_process_that_is_killed_loses_nothing_and_fails_nobody(deployed: Deployed, model: "Halting") -> None:
    cookies = {COOKIE: "a" * 32}
    kept = httpx.post(f"{deployed.a.url}api/conversations", json={}, cookies=cookies).json()["id"]
    answer = ask(deployed.a.url, QUESTION, conversation=kept, cookies=cookies)
    assert add(deployed.a.url, kept="丙市共有剧院21座。")[-1] == ("done", {"added": 1})
    long = "".join(f"丁市第{n}条街道共有商店{n}家。\n" for n in range(2000))
    with Load(deployed.url) as load:
        with httpx.stream("POST", f"{deployed.a.url}api/articles", files={"files": ("long.txt", long.encode())}):
            deployed.a.kill()
        before = load.done
        until(lambda: load.done >= before + 20)
        assert add(deployed.b.url, after="戊市共有剧院22座。")[-1] == ("done", {"added": 1})
        deployed.a.start(**model.settings)  # while it loads, it is passed over
        assert deployed.a.early()[0][1].status_code == 503
    assert load.failed == []
    listed = {article["id"] for article in httpx.get(f"{deployed.a.url}api/articles").json()}
    assert listed >= {"kept.txt", "after.txt", "hefei.txt"}
    assert "long.txt" not in listed
    [exchange] = httpx.get(f"{deployed.b.url}api/conversations/{kept}", cookies=cookies).json()
    assert exchange["answer"]["id"] == answer["id"]


def test_an_answer_that_is_not_whole_at_the_end_ends_with_an_event_that_says_so(
    deployed: Deployed, model: "Halting"
) -> None:
    if deployed.a.settings != model.settings:  # the test before has left it so
        deployed.a.terminate()
        assert deployed.a.ended() == 0
        deployed.a.start(**model.settings)
        deployed.a.early()
    question = {"question": QUESTION}
    with ThreadPoolExecutor(1) as pool, Load(deployed.url) as load:
        whole = pool.submit(httpx.post, f"{deployed.a.url}api/ask", json=question, timeout=PATIENCE)
        with httpx.stream(
            "POST", f"{deployed.a.url}api/ask", json=question | {"stream": True}, timeout=PATIENCE
        ) as sent:
            came = events(sent.iter_lines())
            assert [next(came)[0], next(came)[0]] == ["citation", "sentence"]
            assert model.both_asked.wait(PATIENCE)
            deployed.a.terminate()
            [(name, body)] = came
        assert (name, body["error"]["code"]) == ("error", "shutting_down")
        refused = whole.result()
        assert deployed.a.ended() == 0
    assert (refused.status_code, refused.json()["error"]["code"]) == (500, "shutting_down")
    assert load.failed == []
    assert refused.headers["retry-after"] == "5"


def test_the_end_may_come_while_it_still_starts(deployed: Deployed) -> None:
    if deployed.a.is_running:
        deployed.a.terminate()
        deployed.a.ended()
    deployed.a.start()
    deployed.a.wait_until_alive()
    deployed.a.terminate()
    assert deployed.a.ended() == 0


class Halting:
    """A model that says one sentence, and nothing more until it is let go."""

    def __init__(self) -> None:
        self.both_asked = threading.Event()
        self.let_go = threading.Event()
        asked = threading.Semaphore(1)
        both_asked, let_go = self.both_asked, self.let_go

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                delta = {"role": "assistant", "content": f"{SAID}[1]\n又"}
                chunk = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "halting"}
                chunk["choices"] = [{"index": 0, "delta": delta, "finish_reason": None}]  # type: ignore[assignment]
                self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
                self.wfile.flush()
                if not asked.acquire(blocking=False):
                    both_asked.set()
                let_go.wait(PATIENCE)

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        url = f"http://127.0.0.1:{self._server.server_port}/v1"
        self.settings = {"OPENAI_BASE_URL": url, "OPENAI_API_KEY": "none", "OPENAI_MODEL": "x", "YOUJU_GRACE": "0.5"}
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.let_go.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def model() -> Iterator[Halting]:
    model = Halting()
    yield model
    model.close()


# -- one site under the path, with a password -------------------------------------------------


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Front, Site]]:
    folder = tmp_path_factory.mktemp("front")
    doors = Doors(KeyStore(folder / "keys.sqlite"), "geheim123")
    site = Site(folder, HashEmbedder(), doors=doors, root_path="/youju")
    with Front(folder, [site.port]).running() as front:
        yield front, site
    site.stop()


def test_the_password_opens_the_page_under_the_path(browser: Browser, front: tuple[Front, Site]) -> None:
    at, _ = front
    with browser.new_context(locale="zh-CN") as context:
        page = context.new_page()
        page.goto(f"{at.url}zh-Hans/?c=none")
        assert page.url == f"{at.url}login?next=%2Fzh-Hans%2F%3Fc%3Dnone"
        page.get_by_label("Password").fill("geheim123")
        page.keyboard.press("Enter")
        page.wait_for_selector("#yj-chat[data-ready] #yj-question textarea")
        expect(asked(page, QUESTION).locator(".yj-said")).to_contain_text("150家")
        with page.expect_download() as download:
            page.locator(".yj-conversations summary").click()
            page.locator(".yj-menu a").first.click()
        assert "150家" in Path(download.value.path()).read_text("utf-8")
        assert {cookie["path"] for cookie in context.cookies()} == {"/youju/"}


def test_events_arrive_one_by_one_and_large_files_go_through(
    front: tuple[Front, Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    at, site = front
    key = site.doors.keys.make("x", [Scope.ADMIN])[1]
    stream, let_go = Pipeline.stream, threading.Event()

    def halting(*given: Any, **named: Any) -> Iterator[Any]:
        *first, last = stream(*given, **named)
        yield from first
        assert let_go.wait(PATIENCE)
        yield last

    monkeypatch.setattr(Pipeline, "stream", halting)
    with httpx.Client(base_url=at.url, headers={"Authorization": f"Bearer {key}"}, timeout=PATIENCE) as client:
        with client.stream("POST", "api/ask", json={"question": QUESTION, "stream": True}) as sent:
            came = events(sent.iter_lines())
            assert [next(came)[0], next(came)[0]] == ["citation", "sentence"]
            let_go.set()
            assert [name for name, _ in came] == ["done"]
        large = b"\n" * 20 * 2**20 + "己市共有剧院23座。".encode()
        with client.stream("POST", "api/articles", files={"files": ("large.txt", large)}) as sent:
            assert list(events(sent.iter_lines()))[-1] == ("done", {"added": 1})
        too_large = client.post("api/search", content=b" " * (16 * 2**20 + 1))
        assert (too_large.status_code, too_large.json()["error"]["code"]) == (413, "too_large")


def test_nobody_there_is_said_in_our_form(tmp_path: Path) -> None:
    with Front(tmp_path, [free_port()]).running() as front:
        said = httpx.get(f"{front.url}api/articles")
        assert (said.status_code, said.json()["error"]["code"]) == (503, "unreachable")
        assert said.headers["retry-after"] == "5"
        assert httpx.get(f"{front.url}metrics").status_code == 403
        assert httpx.get(front.url.removesuffix("/")).headers["location"] == "/youju/"


# -- the files --------------------------------------------------------------------------------


def test_nginx_finds_no_fault_and_allows_what_we_allow(tmp_path: Path) -> None:
    said = Front(tmp_path, [1, 2]).checked()
    assert "test is successful" in said
    assert "[warn]" not in said
    assert f"client_max_body_size {MAX_SUM // 2**20}m;" in (DEPLOY / "nginx.conf").read_text("utf-8")


def test_servers_of_systemd_pass_nginx_too(tmp_path: Path) -> None:
    front = Front(tmp_path, [])
    for name in ("servers.conf", "servers_any.conf"):
        shutil.copy(DEPLOY / name, tmp_path)
    assert "test is successful" in front.checked()


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
def test_systemd_finds_no_fault(tmp_path: Path) -> None:
    unit = (DEPLOY / "youju@.service").read_text("utf-8")
    program = Path(sys.executable).with_name("youju")
    (tmp_path / "youju@.service").write_text(unit.replace("/opt/youju/bin/youju", str(program)), "utf-8")
    command = ["systemd-analyze", "verify", str(tmp_path / "youju@.service")]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def test_the_unit_starts_a_command_that_there_is() -> None:
    unit = ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string((DEPLOY / "youju@.service").read_text("utf-8"))
    program, command, *given = unit["Service"]["ExecStart"].split()
    assert (Path(program).name, command) == ("youju", "serve")
    assert {word for word in given if word.startswith("--")} <= options("serve")
    assert unit["Service"]["NoNewPrivileges"] == "yes"
    assert unit["Service"]["KillMode"] == "mixed"  # the parser is the server's to end
    assert float(unit["Service"]["TimeoutStopSec"]) > Settings().grace + LAST_WORDS + LAST_SPANS


def options(command: str) -> set[str]:
    """The options of one of our commands."""
    found = get_command(app).commands[command]  # type: ignore[attr-defined]
    return {name for parameter in found.params for name in parameter.opts}


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's, without its comments and its ends of lines."""
    text = re.sub(r"\\\n\s*", " ", (DEPLOY / "Dockerfile").read_text("utf-8"))
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in lines)]


def test_the_image_is_made_of_what_there_is() -> None:
    copied = [rest.split()[:-1] for name, rest in instructions() if name == "COPY" and not rest.startswith("--from")]
    named = {one for line in copied for one in line}
    assert {one for one in named if not (DEPLOY.parent / one).exists()} == set()
    packaged = tomllib.loads((DEPLOY.parent / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    assert {name.partition(".")[0] for name in packaged["packages"]} <= named
    assert {f"{module}.py" for module in packaged["py-modules"]} <= named


def test_the_image_sets_what_can_be_set_and_starts_what_there_is() -> None:
    given = instructions()
    last = [name for name, _ in given].index("FROM", 1)
    variables = {word.partition("=")[0] for name, rest in given if name == "ENV" for word in rest.split()}
    ours = {name for name in variables if name.startswith("YOUJU_")}
    assert ours <= {f"YOUJU_{name.upper()}" for name in Settings.model_fields}
    assert {"YOUJU_HOME", "YOUJU_HOST", "YOUJU_CACHE"} <= ours
    final = dict(given[last:])
    assert json.loads(final["CMD"]) == ["youju", "serve"]
    assert final["USER"] == "youju"
    assert final["VOLUME"] == "/data"
    # The caches are made by the commands themselves, which fail the image where they fail.
    assert [rest for name, rest in given[:last] if name == "RUN" and "youju ask" in rest] != []


@pytest.mark.parametrize(("status", "is_healthy"), [(200, True), (503, False)])
def test_the_image_is_asked_for_its_health_where_it_listens(status: int, is_healthy: bool) -> None:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    [check] = [rest for name, rest in instructions() if name == "HEALTHCHECK"]
    _, *command = json.loads(check.partition("CMD ")[2])
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        given = {"YOUJU_PORT": str(server.server_port)}
        checked = subprocess.run([sys.executable, *command], env=given, capture_output=True, check=False)
        server.shutdown()
    assert (checked.returncode == 0, asked) == (is_healthy, ["/readyz"])


def test_what_is_copied_into_the_image_is_sent_to_its_builder() -> None:
    ignored = (DEPLOY.parent / ".dockerignore").read_text("utf-8").split()
    copied = {one for name, rest in instructions() if name == "COPY" for one in rest.split()[:-1]}
    assert copied.isdisjoint(ignored)
    assert {".git", ".venv", ".youju", "**/__pycache__"} <= set(ignored)


def test_compose_has_two_processes_behind_nginx_on_one_home() -> None:
    composed = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    services = composed["services"]
    assert set(services) == {"youju-a", "youju-b", "nginx"}
    for service in services.values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
    for name in ("youju-a", "youju-b"):
        assert services[name]["volumes"] == ["home:/data"]
        assert "ports" not in services[name]
        assert f"server {name}:7860 max_fails=1 " in composed["configs"]["servers"]["content"]
        assert f"server {name}:7860 max_fails=0;" in composed["configs"]["servers_any"]["content"]
        ours = {name for name in services[name]["environment"] if name.startswith("YOUJU_")}
        assert ours <= {f"YOUJU_{name.upper()}" for name in Settings.model_fields}
        assert int(services[name]["stop_grace_period"].rstrip("s")) > Settings().grace + LAST_WORDS + LAST_SPANS
        build = services[name]["build"]
        assert (DEPLOY / build["context"] / build["dockerfile"]).resolve() == (DEPLOY / "Dockerfile").resolve()
    assert services["nginx"]["configs"] == [
        {"source": name, "target": f"/etc/nginx/{name}.conf"} for name in ("servers", "servers_any")
    ]
    assert (DEPLOY / services["nginx"]["volumes"][0].split(":")[0]).exists()
