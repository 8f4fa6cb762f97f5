"""Refuse what another site's page sends: browsers send cookies along, and a server on one's own machine is reached by all."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from web.errors import ErrorBody, ErrorDetail

READING = ("GET", "HEAD", "OPTIONS")


class SameOrigin:
    """Over the whole application, Gradio's events included: what changes something comes from a page of ours, or from a
    program that is no browser."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in READING and is_foreign(Headers(scope=scope)):
            error = ErrorDetail(code="cross_site", message="another site's page may not change anything here.")
            await JSONResponse(ErrorBody(error=error).model_dump(), status_code=403)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def is_foreign(headers: Headers) -> bool:
    """Whether a browser says that the request is from elsewhere. Over plain HTTP it tells the origin alone."""
    if site := headers.get("sec-fetch-site"):
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")
