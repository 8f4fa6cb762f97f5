"""The name of a request's route: a template, so that there are no more names than routes."""

import re
from functools import cached_property

from fastapi import FastAPI
from starlette.routing import Mount

from web.access import LOGIN
from web.rate import PAGE

PAGE_CALLS, UNMATCHED = "/{page}" + PAGE, "unmatched"
"""Gradio's own routes are many and not ours: what a page loads is one route, what all of them call another."""


class RouteNames:
    """The names of one application's routes."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def of(self, path: str) -> str:
        """Of what is asked for at a path, whether it was let in or not. (Where routing notes its route, it is in a copy of
        the scope, which is not seen here.)"""
        if PAGE in path:
            return PAGE_CALLS
        if mounted := next((above for above in self._mounted if path == above or path.startswith(f"{above}/")), ""):
            return mounted
        return next((name for form, name in self._forms if form.fullmatch(path)), UNMATCHED)

    @cached_property
    def _mounted(self) -> list[str]:
        """The beginnings of paths that other applications have: one for each language of the page."""
        return [route.path for route in self._app.routes if isinstance(route, Mount)]

    @cached_property
    def _forms(self) -> list[tuple[re.Pattern[str], str]]:
        """What paths look like, those with the most fixed words first."""
        named = {getattr(route, "path_format", "") for route in self._app.routes if not isinstance(route, Mount)}
        forms = [(_form(name), name) for name in {*named, *self._app.openapi()["paths"], LOGIN} if name]
        return sorted(forms, key=lambda form: len(re.sub(r"\{.*?\}", "", form[1])), reverse=True)


def _form(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{.*?\}", template)
    return re.compile(".+".join(map(re.escape, parts)), re.DOTALL)
