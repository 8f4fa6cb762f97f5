"""What a key must be good for, by route."""

from web.keys import Scope

METRICS = "/metrics"
PROGRAMS = ("/api/", "/v1/", "/mcp", "/runs/", "/openapi.json", METRICS)
"""Paths, or their beginnings, that a key opens as well."""


def is_for_programs(path: str) -> bool:
    """Whether programs have business there, with a key or none; the rest is the page's."""
    return path.startswith(PROGRAMS)


def scopes_for(method: str, path: str) -> frozenset[Scope]:
    """What a key must be good for to send this: all of it."""
    if path.startswith("/api/articles"):
        return frozenset({Scope.READ if method in ("GET", "HEAD") else Scope.WRITE})
    if path.startswith("/api/jobs"):
        return frozenset({Scope.WRITE})
    if path.startswith("/mcp"):
        return frozenset({Scope.ASK, Scope.READ})  # one route for all of its tools
    if path == METRICS:
        return frozenset({Scope.METRICS})
    return frozenset({Scope.ASK if path.startswith(("/api/", "/v1/")) else Scope.READ})
