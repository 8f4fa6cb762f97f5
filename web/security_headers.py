"""What browsers are told of every response: to load nothing from elsewhere, to be shown in no frame, to tell nobody where
they come from."""

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.scopes import is_for_programs
from web.sites import Sites

EMBED = "/embed"
"""The page that is shown in frames of other sites."""
FILES = "/gradio_api/file="

# Gradio's page has scripts and styles in itself and makes functions of text ('unsafe-eval'): what is not ours to change. No
# such script loads anything from elsewhere, or sends anything there but by leaving the page.
PAGE = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' blob:; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
FRAMED = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors "
)
DATA = "default-src 'none'; sandbox; frame-ancestors 'none'"
"""For what is no page: it runs nothing, although somebody opens it."""
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # with none, browsers would call a form of ours nobody's (Origin: null)
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class SecurityHeaders:
    """Adds them to each response that does not say otherwise itself."""

    def __init__(self, app: ASGIApp, sites: Sites) -> None:
        """`sites`: they may show EMBED in a frame."""
        self._app = app
        self._sites = sites

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        added = HEADERS | {"Content-Security-Policy": await self._policy(scope["path"])}
        if scope["scheme"] == "https":
            added["Strict-Transport-Security"] = "max-age=31536000"

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add(MutableHeaders(scope=message), added)
            await send(message)

        await self._app(scope, receive, send_with_headers)

    async def _policy(self, path: str) -> str:
        if path.rstrip("/") == EMBED:
            return FRAMED + " ".join(["'self'", *sorted(await self._sites.allowed())])
        return DATA if is_for_programs(path) or FILES in path else PAGE


def guarded(response: Response, policy: str = DATA) -> Response:
    """A response of what is outside of SecurityHeaders, with what those add to all."""
    _add(response.headers, HEADERS | {"Content-Security-Policy": policy})
    return response


def _add(headers: MutableHeaders, added: Mapping[str, str]) -> None:
    for name, value in added.items():
        headers.setdefault(name, value)
