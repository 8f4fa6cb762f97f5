"""Who owns a conversation: a browser that opened the page is known again by a cookie, and sees its own alone."""

import hashlib
import re
import secrets
from collections.abc import Collection

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "youju_visitor"
YEAR = 365 * 24 * 3600
_NAMED = "youju.owner"
_TOKEN = re.compile(r"[0-9a-f]{32}")


def owner_of(request: HTTPConnection) -> str:
    """Whom `owner_as` has named, else the owner that a request's cookie stands for; "", nobody, without one."""
    return named_in(request.scope) or owner_by(request.cookies.get(COOKIE, ""))


def named_in(scope: Scope) -> str:
    """The owner whom `owner_as` has named; "" for none."""
    named: str = scope.get(_NAMED, "")
    return named


def owner_as(scope: Scope, name: str) -> None:
    """Let a request be that of somebody who is known by another thing than the cookie: a key, or a name."""
    scope[_NAMED] = _digest(name)


def owner_by(token: str) -> str:
    """The owner that a cookie stands for. The file has a digest, never the cookie itself."""
    return _digest(token) if _TOKEN.fullmatch(token) else ""


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:32]


class VisitorCookie:
    """Gives every browser that opens one of the `pages` its cookie, and a year more each time."""

    def __init__(self, app: ASGIApp, pages: Collection[str]) -> None:
        self._app = app
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"] not in self._pages:
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        given = request.cookies.get(COOKIE, "")
        token = given if _TOKEN.fullmatch(given) else secrets.token_hex(16)
        is_secure = "https" in (scope["scheme"], request.headers.get("x-forwarded-proto"))

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = f"{COOKIE}={token}; Path=/; Max-Age={YEAR}; HttpOnly; SameSite=Lax"
                headers = MutableHeaders(scope=message)
                headers.append("set-cookie", kept + ("; Secure" if is_secure else ""))
                headers["cache-control"] = "private, no-store"  # a cache would give one visitor's cookie to all
            await send(message)

        await self._app(scope, receive, send_with_cookie)
