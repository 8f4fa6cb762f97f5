"""Pages of other sites: those that are allowed may ask and read, as nobody the browser knows; of all others nothing is
taken. Browsers send cookies along, and a server on one's own machine is reached by every page that is open."""

from collections.abc import Collection
from urllib.parse import urlsplit

from anyio import CapacityLimiter, to_thread
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from web.errors import ErrorBody, ErrorDetail
from web.keys import KeyStore
from web.keys import Scope as KeyScope
from web.scopes import is_for_programs, scopes_for

READING = ("GET", "HEAD", "OPTIONS")
METHODS = ("GET", "HEAD", "POST", "PATCH", "DELETE")
SENT = ("Authorization", "Content-Type", "Last-Event-ID", "Mcp-Session-Id", "Mcp-Protocol-Version", "traceparent")
SEEN = ("Location", "Retry-After", "X-Trace-Id", "Mcp-Session-Id")
"""Headers that a page of another site may send, and see."""
LOOKING = 2
"""Requests for which the keys' origins are looked up at once."""


class CrossOrigin:
    """Over the whole application, Gradio's events included: what changes something comes from a page of ours, from one that
    is allowed, or from a program that is no browser."""

    def __init__(self, app: ASGIApp, origins: Collection[str] = (), keys: KeyStore | None = None) -> None:
        """`origins`: sites whose pages are allowed; each of `keys` may name more. Where there are no keys to tell who asks,
        they may ask and read alone."""
        self._app = app
        self._origins = frozenset(origins)
        self._keys = keys
        self._looking = CapacityLimiter(LOOKING)
        # Which origins are allowed is said here; the headers are the framework's.
        self._sharing = CORSMiddleware(
            app, allow_origin_regex=".*", allow_methods=METHODS, allow_headers=SENT, expose_headers=SEEN
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope) if scope["type"] == "http" else None
        if headers is None or not is_foreign(headers):
            await self._app(scope, receive, send)
        elif await self._is_allowed(headers.get("origin", ""), scope):
            await self._sharing(_without_cookies(scope), receive, send)
        elif scope["method"] in READING:
            await self._app(scope, receive, send)  # whose page cannot see what is answered
        else:
            error = ErrorDetail(
                code="cross_site",
                message="another site's page may not change anything here.",
                hint="Let it: youju serve --origin, or youju key add --origin.",
            )
            await JSONResponse(ErrorBody(error=error).model_dump(), status_code=403)(scope, receive, send)

    async def _is_allowed(self, origin: str, scope: Scope) -> bool:
        if not origin or not is_for_programs(scope["path"]):
            return False
        if self._keys is None:
            method = Headers(scope=scope).get("access-control-request-method", scope["method"])
            is_reading = scopes_for(method, scope["path"]) <= {KeyScope.ASK, KeyScope.READ}
            return origin in self._origins and is_reading
        return origin in self._origins or origin in await to_thread.run_sync(self._keys.origins, limiter=self._looking)


def is_foreign(headers: Headers) -> bool:
    """Whether a browser says that the request is from elsewhere. Over plain HTTP it tells the origin alone."""
    if site := headers.get("sec-fetch-site"):
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")


def _without_cookies(scope: Scope) -> Scope:
    """The same of somebody unknown: what a browser knows of its user is not for another site's page."""
    return {**scope, "headers": [(name, value) for name, value in scope["headers"] if name != b"cookie"]}
