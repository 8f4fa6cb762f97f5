"""Pages of other sites: those that are allowed may ask and read, as nobody the browser knows; of all others nothing is
taken. Browsers send cookies along, and a server on one's own machine is reached by every page that is open."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from web.errors import refusal
from web.keys import Scope as KeyScope
from web.scopes import is_for_programs, scopes_for
from web.sites import Sites

READING = ("GET", "HEAD", "OPTIONS")
METHODS = ("GET", "HEAD", "POST", "PATCH", "DELETE")
SENT = ("Authorization", "Content-Type", "Last-Event-ID", "Mcp-Session-Id", "Mcp-Protocol-Version", "traceparent")
SEEN = ("Location", "Retry-After", "X-Trace-Id", "Mcp-Session-Id")
"""Headers that a page of another site may send, and see."""


class CrossOrigin:
    """Over the whole application, Gradio's events included: what changes something comes from a page of ours, from one that
    is allowed, or from a program that is no browser."""

    def __init__(self, app: ASGIApp, sites: Sites) -> None:
        """`sites`: whose pages are allowed. Where there are no keys to tell who asks, they may ask and read alone."""
        self._app = app
        self._sites = sites
        # Which origins are allowed is said here; the headers are the framework's.
        self._sharing = CORSMiddleware(
            app, allow_origin_regex=".*", allow_methods=METHODS, allow_headers=SENT, expose_headers=SEEN
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope) if scope["type"] == "http" else None
        if headers is None or not is_foreign(headers):
            await self._app(scope, receive, send)
        elif await self._is_allowed(headers, scope):
            await self._sharing(_without(scope, b"cookie"), receive, send)
        elif scope["method"] in ("GET", "HEAD"):
            # Gradio would let the page see what is answered, if it were told whose it is.
            unseen = _without(scope, b"origin")
            unseen["headers"].append((b"sec-fetch-site", b"cross-site"))
            await self._app(unseen, receive, send)
        else:
            hint = "The server can allow it: youju serve --origin, or where it asks for keys, youju key add --origin."
            refused = refusal(403, "cross_site", "another site's page may not change anything here.", hint)
            await refused(scope, receive, send)

    async def _is_allowed(self, headers: Headers, scope: Scope) -> bool:
        if not (origin := headers.get("origin", "")) or not is_for_programs(scope["path"]):
            return False
        if self._sites.keys is not None:
            return origin in await self._sites.allowed()
        is_preflight = scope["method"] == "OPTIONS"
        method = headers.get("access-control-request-method", "") if is_preflight else scope["method"]
        return origin in self._sites.origins and scopes_for(method, scope["path"]) <= {KeyScope.ASK, KeyScope.READ}


def is_foreign(headers: Headers) -> bool:
    """Whether a browser says that the request is from elsewhere. Over plain HTTP it tells the origin alone."""
    if site := headers.get("sec-fetch-site"):
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")


def _without(scope: Scope, header: bytes) -> Scope:
    """The same without a header: without cookies nobody whom the browser knows."""
    return {**scope, "headers": [(name, value) for name, value in scope["headers"] if name != header]}
