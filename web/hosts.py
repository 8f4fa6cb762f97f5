"""By which names the server may be called, where nothing else tells whose page it is that calls.

Whoever owns a name can let it lead to any address, also to 127.0.0.1: a page under it is then, to a browser, this server's own
("DNS rebinding"). A key, or a session's cookie, is not had by such a page; where neither is asked for, the name is.
"""

from collections.abc import Collection
from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from web.errors import refusal

NEAR = (".localhost", ".local")
"""Ends of names that nobody elsewhere can own; so are names without a dot, and addresses are no names."""


class KnownHosts:
    """Refuses what is sent to a name that may be anybody's: 421."""

    def __init__(self, app: ASGIApp, hosts: Collection[str] = ()) -> None:
        """`hosts`: names by which the server is known, beside those that cannot be somebody else's."""
        self._app = app
        self._hosts = frozenset(name.lower() for name in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = _name_in(Headers(scope=scope).get("host", "")) if scope["type"] == "http" else ""
        if not name or _is_near(name) or name in self._hosts:
            await self._app(scope, receive, send)
            return
        refused = refusal(
            421, "unknown_host", "this server is not known by the name it was called by.",
            "Name it in YOUJU_HOSTS, or let the server ask who comes: YOUJU_PASSWORD, youju key.",
        )  # fmt: skip
        await refused(scope, receive, send)


def _name_in(host: str) -> str:
    """The name of a Host header, without its port; "" for none."""
    if host.startswith("["):
        return host.partition("]")[0][1:]
    return host.partition(":")[0].lower().rstrip(".")


def _is_near(name: str) -> bool:
    if "." not in name or name.endswith(NEAR):
        return True
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
