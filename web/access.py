"""Who may do what, where the server asks for it: programs by a key, people by the page's password or their proxy.

Over the whole application, Gradio's routes included. What is open to everybody is named here; everything else asks.
"""

import asyncio
import hashlib
import hmac
import html
import os
import secrets
import tempfile
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from anyio import CapacityLimiter, to_thread
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from index.errors import YoujuError
from web.body_limit import PATIENCE
from web.cross_origin import READING, is_foreign
from web.errors import refusal, response_of
from web.keys import Key, KeyStore
from web.scopes import is_for_programs, scopes_for
from web.trace import caller_is
from web.visitors import owner_as

SESSION = "youju_session"
SEAL = 32
"""Bytes of what sessions are signed with."""
LIFE = 30 * 24 * 3600
"""Seconds that a browser need not give the password again."""
ASTRAY = 24 * 3600
"""Seconds that a session may seem to come from the future: more, and the clock was wrong when it was opened."""
PAUSE = 1.0
"""Seconds that a wrong password costs."""
TRYING = 8
"""Passwords that are tried at once; whoever comes then is told to wait, so that no more than so many are in a PAUSE."""
MAX_FORM = 4096
"""Bytes of the form of the password."""
OPEN = ("/healthz", "/readyz", "/favicon.ico", "/widget.js", "/embed")
LOGIN = "/login"
LOOKING = 4
"""Keys that are looked up at once, in threads that nothing else takes."""


@dataclass(frozen=True, slots=True)
class Doors:
    """What opens the server. Without a `password` and a `proxy_header` nobody sees the page; programs have their keys."""

    keys: KeyStore
    password: str = ""
    proxy_header: str = ""
    """A header that the proxy in front sets for people whom it knows, and takes from everybody else."""
    seal: bytes = field(default_factory=lambda: secrets.token_bytes(SEAL))
    """What sessions are signed with."""


def seal_of(path: Path) -> bytes:
    """What a home's sessions are signed with, made once and for the server's user alone, so that sessions outlive it.

    Raises YoujuError where it cannot be read or made.
    """
    try:
        if not path.exists():
            _make_seal(path)
        seal = path.read_bytes()
    except OSError as error:
        raise YoujuError(f"{path} cannot be read or made: {error.strerror}.") from error
    if len(seal) != SEAL:
        raise YoujuError(f"{path} is damaged.", "Delete it; everybody gives the password once more.")
    return seal


def _make_seal(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent) as made, suppress(FileExistsError):  # its mode is 0600
        made.write(secrets.token_bytes(SEAL))
        made.flush()
        os.link(made.name, path)  # whole, or not at all, though several servers start at once


class Access:
    """Lets through who has a key, a session or a proxy's word; 401 and 403 for everybody else."""

    def __init__(self, app: ASGIApp, doors: Doors, origins: Collection[str] = ()) -> None:
        """`origins`: sites whose pages may send a key that names none itself."""
        self._app = app
        self._doors = doors
        self._origins = frozenset(origins)
        self._trying = 0
        self._looking = CapacityLimiter(LOOKING)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or (scope["type"] == "http" and scope["path"] in OPEN):
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # nothing of ours is a websocket
        request = Request(scope, receive)
        if scope["path"] == LOGIN:
            with suppress(ClientDisconnect):
                await (await self._login(request))(scope, receive, send)
            return
        try:
            refused = await self._refused(request)
        except YoujuError as error:
            refused = response_of(error)
        await (refused or self._app)(scope, receive, send)

    async def _refused(self, request: Request) -> Response | None:
        """Why it does not go on; None where it does."""
        path: str = request.scope["path"]  # which is what is routed; the address may be told otherwise by Host
        given = _key_in(request.headers)
        if given and is_for_programs(path):
            return await self._by_key(request, given)
        if self._is_known(request):
            return None
        if is_for_programs(path):
            return _error(401, "unauthorized", "a key is needed.", "Send it as: Authorization: Bearer youju_…")
        if not self._doors.password:
            return _error(
                403, "no_page", "the page is for those whom the proxy in front knows.", "Programs send a key."
            )
        if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
            wanted = path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(f"{LOGIN}?{urlencode({'next': wanted})}", status_code=303)
        return _error(401, "unauthorized", "the password is needed.", f"Give it at {LOGIN}.")

    async def _by_key(self, request: Request, given: str) -> Response | None:
        find = partial(self._doors.keys.find, given)
        key: Key | None = await to_thread.run_sync(find, limiter=self._looking)
        if key is None:
            return _error(401, "unauthorized", "this key opens nothing.", "It may be revoked, or have expired.")
        caller_is(request.scope, "key", key.id)
        for wanted in sorted(scopes_for(request.method, request.scope["path"])):
            if not key.allows(wanted):
                return _error(403, "forbidden", f"this key is not good for that: it lacks the scope {wanted.value!r}.")
        if not self._is_from_there(request.headers, key):
            return _error(403, "wrong_origin", "this key is for the pages of other sites.", "Ask for one of your own.")
        if not key.origins:  # else everybody who opens that site's pages has it: each is somebody else, or nobody
            owner_as(request.scope, f"key:{key.id}")
        return None

    def _is_from_there(self, headers: Headers, key: Key) -> bool:
        """Whether the key may be sent from where it comes: by a page of a site it names, or of ours (the frame that those
        pages show); else by programs, and the sites that are allowed to all."""
        if _is_ours(headers) or not (key.origins or is_foreign(headers)):
            return True
        return headers.get("origin", "") in (key.origins or self._origins)

    def _is_known(self, request: Request) -> bool:
        is_read_unseen = request.method in READING and not is_for_programs(request.scope["path"])
        if is_foreign(request.headers) and not is_read_unseen:
            return False  # whoever is known, it is not they who ask
        header = self._doors.proxy_header
        if header and request.headers.get(header):
            owner_as(request.scope, f"person:{request.headers[header]}")
            caller_is(request.scope, "person")
            return True
        is_signed = bool(self._doors.password) and self._is_signed(request.cookies.get(SESSION, ""))
        if is_signed:
            caller_is(request.scope, "password")
        return is_signed

    # -- the page's password --------------------------------------------------------------

    async def _login(self, request: Request) -> Response:
        if not self._doors.password:
            return _error(404, "not_found", "there is no password to give.")
        if request.method == "GET":
            return _form()
        if request.method != "POST":
            return _error(405, "method_not_allowed", "the password is sent by POST.")
        if is_foreign(request.headers):
            return _error(403, "cross_site", "another site's page may not open this one.")
        try:
            async with asyncio.timeout(PATIENCE):
                password = await _password_of(request)
        except TimeoutError:
            return _error(408, "too_slow", "the request did not come in time.")
        if self._trying >= TRYING:  # before anything is compared: what is refused says nothing of the password
            return _form("请稍后再试。 Please try again in a while.", 429)
        if await self._is_right(password):
            return self._opened(request)
        return _form("这个密码不对。 That password is wrong.", 401)

    async def _is_right(self, password: str) -> bool:
        self._trying += 1
        try:
            given, right = (hashlib.sha256(text.encode()).digest() for text in (password, self._doors.password))
            if hmac.compare_digest(given, right):
                return True
            await asyncio.sleep(PAUSE)
            return False
        finally:
            self._trying -= 1

    def _opened(self, request: Request) -> Response:
        until = str(int(time.time()) + LIFE)
        response = RedirectResponse(_local(request.query_params.get("next", "")), status_code=303)
        is_secure = "https" in (request.scope["scheme"], request.headers.get("x-forwarded-proto"))
        response.set_cookie(
            SESSION, f"{until}.{self._signature(until)}", max_age=LIFE, httponly=True, samesite="lax", secure=is_secure
        )
        return response

    def _is_signed(self, session: str) -> bool:
        until, _, signature = session.partition(".")
        is_ours = hmac.compare_digest(signature.encode(), self._signature(until).encode())
        return is_ours and until.isdigit() and time.time() < int(until) <= time.time() + LIFE + ASTRAY

    def _signature(self, until: str) -> str:
        """Of a session; another password ends all of them."""
        seal = self._doors.seal + hashlib.sha256(self._doors.password.encode()).digest()
        return hmac.new(seal, until.encode(), hashlib.sha256).hexdigest()


def _is_ours(headers: Headers) -> bool:
    """Whether a browser says that the request is from a page of ours. Over plain HTTP it tells the page alone."""
    pages = (headers.get("origin", ""), headers.get("referer", ""))
    is_named = any(urlsplit(page).netloc == headers.get("host") for page in pages if page)
    return headers.get("sec-fetch-site", "same-origin" if is_named else "") == "same-origin"


def _key_in(headers: Headers) -> str:
    """The key of ours that is sent; "" for none, whatever else a proxy sends along."""
    kind, _, given = headers.get("authorization", "").partition(" ")
    return given.strip() if kind.lower() == "bearer" and given.strip().startswith("youju_") else ""


def _local(path: str) -> str:
    """A path of ours to go on to, whatever is given for one."""
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_ours else "/"


async def _password_of(request: Request) -> str:
    """The password of a form; "" for a form that is too long to be one."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM:
            return ""
    return parse_qs(body.decode("utf-8", "replace")).get("password", [""])[0]


def _error(status: int, code: str, message: str, hint: str = "") -> JSONResponse:
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return refusal(status, code, message, hint, headers)


def _form(told: str = "", status: int = 200) -> HTMLResponse:
    """The form of the password, for every language at once: the page that knows more is behind it."""
    page = f"""<!doctype html><html lang="zh-Hans"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>有据 Youju</title>
<style>:root{{color-scheme:light dark}}body{{font:1rem/1.6 system-ui,sans-serif;display:grid;place-content:center;min-height:90vh;margin:0 1rem}}
form{{display:grid;gap:.75rem;min-width:16rem}}input,button{{font:inherit;padding:.5rem .75rem}}</style>
<main><h1>有据 Youju</h1><form method="post"><label for="password">密码 · 密碼 · Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required autofocus>
<p role="alert">{html.escape(told)}</p><button>进入 · 進入 · Enter</button></form></main></html>"""
    return HTMLResponse(page, status_code=status, headers={"Cache-Control": "no-store"})
