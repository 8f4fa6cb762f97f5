"""The page and the API in one application, and the server's entry: `python app.py` is `youju serve`."""

import logging
import os
import signal
import socket
import sys
import threading
from asyncio import CancelledError
from collections.abc import Collection
from contextlib import suppress
from functools import partial

import uvicorn
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.types import ASGIApp

from index.errors import YoujuError
from index.generations import Home
from qa.library import Library
from qa.suggestions import Suggestions
from qa.verify.verifier import Verifier
from ui.page import mount, pages, warm_up
from ui.services import Services
from web.access import Access, Doors, seal_of
from web.allocator import share_arenas
from web.api import create_api
from web.conversations import history_of
from web.cross_origin import CrossOrigin
from web.errors import Unexpected
from web.evaluation import Evaluations, add_reports
from web.exporting import exported_spans
from web.farewell import Farewell
from web.feedback import feedback_of
from web.hosts import KnownHosts
from web.intake import Intake
from web.keys import KeyStore
from web.models import MakeWriter, Models
from web.observed import Observed
from web.rate import RateLimit
from web.request_log import STDERR, RequestLog, write_requests_to
from web.security_headers import SecurityHeaders
from web.server_log import write_errors
from web.sites import Sites
from web.starting import LOADER, Starting
from web.sub_path import Rooted, SubPath
from web.telemetry import Telemetry
from web.trace import Traced
from web.visit import Watcher
from web.visitors import VisitorCookie
from youju.assembly import Parts, make_parts, writer_for
from youju.settings import Settings, load_settings

GRACE = 10.0
"""Seconds that the server leaves at its end to what is being answered."""
LAST_WORDS = 2
"""Seconds in which what is not answered by then is told so."""
KEEP_ALIVE = 75
"""Seconds that a connection may be idle: longer than a proxy keeps it (deploy/nginx.conf), so that none is closed under a
request."""
RATE = "60/minute"
"""What one may ask off this machine, where nothing else is set."""
SUGGESTED = 3.0
"""Seconds that the server waits at its start for the questions of an empty chat: 1.3 for the sample articles."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def create_app(
    library: Library,
    verifier: Verifier | None = None,
    make_writer: MakeWriter | None = None,
    suggestions: Suggestions | None = None,
    doors: Doors | None = None,
    rate: str = "",
    at_once: int = 16,
    origins: Collection[str] = (),
    hosts: Collection[str] = (),
    telemetry: Telemetry | None = None,
    root_path: str = "",
) -> FastAPI:
    """The API with the page mounted at /. With `make_writer` the page may set the language model; with `doors` nobody is
    let in who cannot open one. `rate` and `at_once`: see RateLimit; `origins`: CrossOrigin; `hosts`: KnownHosts; `telemetry`: where what goes
    on is told; `root_path`: SubPath."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    evaluations, intake, telemetry = Evaluations(library), Intake(library), telemetry or Telemetry()
    api = create_api(library, verifier, intake, telemetry)
    add_reports(api, evaluations)
    services = Services(
        library=library,
        history=history_of(library),
        feedback=feedback_of(library),
        evaluations=evaluations,
        intake=intake,
        suggestions=suggestions or Suggestions(library),
        models=Models(library, make_writer),
        telemetry=telemetry,
    )
    _watch(telemetry, services)
    app = mount(api, services)
    app.add_middleware(VisitorCookie, pages=pages())
    app.add_middleware(RateLimit, rate=rate, at_once=at_once)
    if doors is not None:
        app.add_middleware(Access, doors=doors, origins=origins)
    app.add_middleware(Unexpected)
    sites = Sites(origins, doors.keys if doors else None)
    app.add_middleware(CrossOrigin, sites=sites)
    if doors is None or doors.proxy_header:
        app.add_middleware(KnownHosts, hosts=hosts)
    app.add_middleware(SecurityHeaders, sites=sites)
    app.add_middleware(Observed, telemetry=telemetry)  # outside of all that refuses: that is told of as well
    if root_path:
        app.user_middleware.append(Middleware(Rooted, root_path=root_path))  # the innermost
        app.add_middleware(SubPath, root_path=root_path)
    return app


def _watch(telemetry: Telemetry, services: Services) -> None:
    """Let the metrics show the index, and who waits."""
    metrics, intake = telemetry.metrics, services.intake
    metrics.watch_index(services.library)
    metrics.watch_line(
        "page", lambda: services.places.taken, lambda: max(0, services.line.taken - services.places.taken)
    )
    metrics.watch_line("articles", lambda: int(intake.is_busy), lambda: intake.waiting)


def serve(settings: Settings) -> None:
    """Serve the chat and the API until stopped: at once, and ready when the models and the index are loaded."""
    # Whoever reaches the form can send what is asked, and the evidence, to any address.
    if settings.model_form and settings.host not in LOOPBACK:
        raise YoujuError(
            f"the page may not set the language model while others can reach it, on {settings.host}.",
            "Set OPENAI_MODEL and OPENAI_BASE_URL or OPENAI_API_KEY, and leave --model-form (YOUJU_MODEL_FORM) out.",
        )
    share_arenas()
    doors = doors_for(settings)
    telemetry = telemetry_for(settings, is_reached=_is_reached(settings, doors))
    parts = make_parts(settings)
    starting = Starting(partial(_loaded, settings, parts, doors, telemetry), settings.root_path)
    server = make_server(starting, settings.grace)
    starting.on_failure = server.stop
    print("youju: loading the models and the index", file=sys.stderr)
    for end in (signal.SIGTERM, signal.SIGINT):  # before the server has its own, and once more when it has ended well
        signal.signal(end, lambda *_: server.stop())
    try:
        server.run(sockets=[_listen(settings.host, settings.port)])
    finally:
        telemetry.close()
    if starting.failure:
        raise starting.failure
    _let_go()


def _is_reached(settings: Settings, doors: Doors | None) -> bool:
    """Whether others reach the server."""
    return doors is not None or settings.host not in LOOPBACK


def _loaded(settings: Settings, parts: Parts, doors: Doors | None, telemetry: Telemetry) -> FastAPI:
    """The application, ready for its first visitor."""
    if problem := parts.library.warm_up():
        print(f"youju: {problem}", file=sys.stderr)
    warm_up()
    make_writer = partial(writer_for, settings=settings, verifier=parts.verifier) if settings.model_form else None
    suggestions = Suggestions(parts.library)
    rate = settings.rate if settings.rate is not None else RATE if _is_reached(settings, doors) else ""
    app = create_app(
        parts.library,
        parts.verifier,
        make_writer,
        suggestions,
        doors,
        rate,
        settings.at_once,
        settings.origins,
        (settings.host, *settings.hosts),
        telemetry,
        settings.root_path,
    )
    app.openapi()  # takes long, and names the routes: not in the midst of requests
    suggesting = threading.Thread(target=_suggest, args=(suggestions,), daemon=True)
    suggesting.start()
    suggesting.join(SUGGESTED)  # what goes on meanwhile would slow down the first visitor
    print(f"youju: serving on http://{settings.host}:{settings.port}", file=sys.stderr)
    return app


def _let_go() -> None:
    """End the process although threads still work on what nobody waits for any more: what is kept is kept whole."""
    mine = threading.main_thread()
    others = [t for t in threading.enumerate() if t is not mine and (t.name == LOADER or not t.daemon)]
    for thread in others:
        thread.join(1.0 / len(others))
    if any(thread.is_alive() for thread in others):
        sys.stderr.flush()
        os._exit(0)


def telemetry_for(settings: Settings, *, is_reached: bool) -> Telemetry:
    """Who watches the server, and where its logs go. `is_reached`: whether others reach it. Raises YoujuError."""
    password = settings.password.get_secret_value() if settings.password else ""
    write_errors([password, os.environ.get("OPENAI_API_KEY", "")])
    watchers: list[Watcher] = []
    where = settings.request_log if settings.request_log is not None else STDERR if is_reached else ""
    if where:
        write_requests_to(where)
        watchers.append(RequestLog(questions=settings.log_questions, addresses=settings.log_addresses))
    if spans := exported_spans():
        watchers.append(spans)
    return Telemetry(watchers)


def doors_for(settings: Settings) -> Doors | None:
    """What opens the server; None where everybody may use it. Raises YoujuError where others could reach it and nothing
    would open it."""
    is_needed = settings.host not in LOOPBACK or settings.password is not None or bool(settings.proxy_header)
    if not (is_needed if settings.auth is None else settings.auth):
        return None
    root = Home(settings.home).root
    keys = KeyStore(root / "keys.sqlite")
    password = settings.password.get_secret_value() if settings.password else ""
    if not (password or settings.proxy_header or any(key.is_valid() for key in keys.listed())):
        raise YoujuError(
            f"nothing would open the server on {settings.host}.",
            "Set YOUJU_PASSWORD for the page, make a key with: youju key add NAME, or serve everybody with --no-auth.",
        )
    return Doors(keys, password, settings.proxy_header, seal_of(root / "session.key"))


class Server(uvicorn.Server):
    """Tells those whom it serves when it ends."""

    def __init__(self, config: uvicorn.Config, farewell: Farewell) -> None:
        super().__init__(config)
        self._farewell = farewell

    def stop(self) -> None:
        """End soon."""
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._farewell.begin()
        await super().shutdown(sockets)


def make_server(app: ASGIApp, grace: float = GRACE) -> Server:
    """What serves the application, on sockets that are given to its `run`. `grace`: see Farewell."""
    logging.getLogger("uvicorn.error").addFilter(_is_no_farewell)
    farewell = Farewell(app, grace)
    config = uvicorn.Config(
        Traced(farewell),
        log_config=None,
        log_level="warning",
        timeout_graceful_shutdown=int(grace) + LAST_WORDS,
        timeout_keep_alive=KEEP_ALIVE,
    )
    return Server(config, farewell)


def _is_no_farewell(record: logging.LogRecord) -> bool:
    """Whether a record is more than that a page was open when the server ended, which is no error."""
    return not (record.exc_info and isinstance(record.exc_info[1], CancelledError))


def _suggest(suggestions: Suggestions) -> None:
    """Find the questions of an empty chat before somebody waits for them."""
    with suppress(YoujuError):  # without articles there are none; whoever opens the page is told
        suggestions.first()


def _listen(host: str, port: int) -> socket.socket:
    """A bound socket. Raises YoujuError when the address cannot be had."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise YoujuError(f"cannot listen on {host}:{port}: {error.strerror}.", "Choose another with --port.") from error


def main() -> None:
    """Serve with the settings of the environment; our own errors become one line."""
    if sys.argv[1:]:
        sys.exit(
            f"app.py takes no arguments ({sys.argv[1]}). Set YOUJU_PORT and the like, or use: youju serve --port N"
        )
    try:
        serve(load_settings())
    except YoujuError as error:
        sys.exit(f"youju: {error}")


if __name__ == "__main__":
    main()
