"""What a key must be good for, by route."""

from web.keys import Scope

METRICS = "/metrics"
PROGRAMS = ("/api/", "/v1/", "/mcp", "/runs/", "/openapi.json", METRICS)
"""Paths, or their beginnings, that a key opens as well."""


def is_for_programs(path: str) -> bool:
    """Whether programs have business there, with a key or none; the rest is the page's."""
    return path.startswith(PROGRAMS)


_BY_PREFIX = {
    "/api/jobs": {Scope.WRITE},
    "/api/ask": {Scope.ASK},
    "/api/search": {Scope.ASK},
    "/api/verify": {Scope.ASK},
    "/api/conversations": {Scope.ASK},
    "/api/feedback": {Scope.ASK},
    "/v1/": {Scope.ASK},
    "/mcp": {Scope.ASK, Scope.READ},  # one route for all of its tools
    METRICS: {Scope.METRICS},
    "/runs/": {Scope.READ},
    "/openapi.json": {Scope.READ},
}


def scopes_for(method: str, path: str) -> frozenset[Scope]:
    """What a key must be good for to send this: all of it. What is not named here takes one that is good for everything."""
    if path.startswith("/api/articles"):
        return frozenset({Scope.READ if method in ("GET", "HEAD") else Scope.WRITE})
    found = next((scopes for prefix, scopes in _BY_PREFIX.items() if path.startswith(prefix)), {Scope.ADMIN})
    return frozenset(found)
