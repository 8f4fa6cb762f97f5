"""What the server answers while the application is still being made: that it lives, and that it is not ready yet."""

import asyncio
import threading
from collections.abc import Callable

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from web.errors import refusal
from web.security_headers import guarded
from web.sub_path import below

AGAIN = 2
"""Seconds after which one who came too early may try again: the models are loaded in about so many."""
LIVING = "/healthz"
LOADER = "youju-loader"
"""The name of the thread that makes the application."""
# It may be shown in a frame: what is waited for may be, which says in which ones, and here is nothing to press.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


class Starting:
    """Makes the application once the server listens, and answers in its place until it is there."""

    def __init__(self, make: Callable[[], FastAPI], root_path: str = "") -> None:
        """`make` runs in a thread of its own. Where it raises, or the application's lifespan, `failure` is what, and
        `on_failure` is called."""
        self._make = make
        self._root = root_path
        self._app: ASGIApp | None = None
        self.failure: BaseException | None = None
        self.on_failure: Callable[[], None] = lambda: None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self._app is not None:
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            early = _early(below(scope["path"], self._root), Headers(scope=scope))
            await early(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        ending = asyncio.Event()
        living = asyncio.create_task(self._lived(ending))
        await receive()
        ending.set()
        if self._app is None:
            living.cancel()
        await asyncio.wait([living])
        await send({"type": "lifespan.shutdown.complete"})

    async def _lived(self, ending: asyncio.Event) -> None:
        """The application's own life, from when it is made to when the server ends."""
        task = asyncio.current_task()
        assert task
        try:
            app = await self._made()
            async with app.router.lifespan_context(app):
                self._app = app
                await ending.wait()
        except BaseException as error:
            if task.cancelling():
                raise
            self.failure = error  # whoever serves raises it
            self.on_failure()

    async def _made(self) -> FastAPI:
        """What `make` gives."""
        loop, made = asyncio.get_running_loop(), asyncio.Event()
        came: list[FastAPI | BaseException] = []

        def work() -> None:
            try:
                came.append(self._make())
            except BaseException as error:  # noqa: BLE001  raised where it is waited for
                came.append(error)
            if not loop.is_closed():
                loop.call_soon_threadsafe(made.set)

        threading.Thread(target=work, name=LOADER, daemon=True).start()
        await made.wait()
        if isinstance(came[0], BaseException):
            raise came[0]
        return came[0]


def _early(path: str, headers: Headers) -> Response:
    if path == LIVING:
        return guarded(JSONResponse({"status": "ok"}))
    after = {"Retry-After": str(AGAIN), "Cache-Control": "no-store"}
    if "text/html" in headers.get("accept", ""):
        return guarded(HTMLResponse(_PAGE, 503, headers=after | {"Refresh": str(AGAIN)}), POLICY)
    return guarded(refusal(503, "starting", "the server is starting.", f"Try again in {AGAIN} s.", after))


_PAGE = """<!doctype html><html lang="zh-Hans"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>有据 Youju</title>
<style>:root{color-scheme:light dark}body{font:1rem/1.6 system-ui,sans-serif;display:grid;place-content:center;min-height:90vh;margin:0 1rem}</style>
<main><h1>有据 Youju</h1><p>正在启动，页面会自动打开。</p><p lang="zh-Hant">正在啟動，頁面會自動打開。</p>
<p lang="en">Starting: this page opens by itself.</p></main></html>"""
"""For every language at once: the page that knows more is what is waited for."""
