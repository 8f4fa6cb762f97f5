"""The application under a path of a site: addresses in headers go out with the path, and come in with it or without."""

import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.security_headers import guarded

_WHOLE_SITE = re.compile(r"; *path=/(?=;|$)", re.IGNORECASE)


class SubPath:
    """Over everything that knows nothing of the path: a proxy in front may leave it on, or take it off."""

    def __init__(self, app: ASGIApp, root_path: str) -> None:
        """`root_path`: such as "/youju"; "" for none."""
        self._app = app
        self._root = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._root or scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["path"] == self._root:
            # Addresses of ours that are relative would lead outside of the path.
            query = scope["query_string"].decode("latin-1")
            await guarded(RedirectResponse(f"{self._root}/" + (f"?{query}" if query else "")))(scope, receive, send)
            return
        host = Headers(scope=scope).get("host", "")

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._readdress(MutableHeaders(scope=message), host)
            await send(message)

        await self._app(dict(scope, path=below(scope["path"], self._root)), receive, sent)

    def _readdress(self, headers: MutableHeaders, host: str) -> None:
        if "location" in headers:
            headers["location"] = self._address(headers["location"], host)
        cookies = headers.getlist("set-cookie")
        del headers["set-cookie"]
        for cookie in cookies:
            # A cookie of ours is kept from the site's other paths.
            headers.append("set-cookie", _WHOLE_SITE.sub(rf"\g<0>{self._root[1:]}/", cookie))

    def _address(self, location: str, host: str) -> str:
        """Where a redirect leads: an address of ours as a path of the site, whatever its scheme is at the proxy."""
        parts = urlsplit(location)
        if not parts.path.startswith("/") or parts.netloc not in ("", host):
            return location
        path = self._root + below(parts.path, self._root)
        return parts._replace(scheme="", netloc="", path=path).geturl()


class Rooted:
    """Under all of that: Gradio makes its addresses of a request's, and so the path stands in it again."""

    def __init__(self, app: ASGIApp, root_path: str) -> None:
        self._app = app
        self._root = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = dict(scope, path=self._root + scope["path"], root_path=self._root)
        await self._app(scope, receive, send)


def below(path: str, root_path: str) -> str:
    """A path as the application knows it, whether or not `root_path` stands before it."""
    rest = path.removeprefix(root_path)
    return (rest or "/") if rest == "" or rest.startswith("/") else path
