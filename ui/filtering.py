"""The chat's filters: their fields, and what was typed and chosen in them."""

from datetime import date
from typing import Any

import gradio as gr
from pydantic import ValidationError

from index.errors import YoujuError
from qa.filters import Filters
from ui.components import QUICK
from ui.problems import Told, in_words
from ui.services import Services
from ui.words import Words
from web.conversations import store_of


class FilterFields:
    """Put into the column that is open, folded away under a heading."""

    def __init__(self, services: Services, words: Words) -> None:
        self._services = services
        self._words = words
        said = words.filters
        with gr.Accordion(said.name, open=False, elem_id="yj-filters") as self._all:
            self._fields()

    def _fields(self) -> None:
        said = self._words.filters
        # After a restart Gradio no longer knows the choices that it had been given: it takes any.
        several: dict[str, Any] = {"multiselect": True, "allow_custom_value": True, "min_width": 180}
        with gr.Row():
            self._sources = gr.Dropdown([], label=said.sources, scale=2, **several)
            self._since = gr.Textbox(label=said.since, placeholder="2024-01-01", max_length=12, min_width=110)
            self._until = gr.Textbox(label=said.until, placeholder="2024-12-31", max_length=12, min_width=110)
        with gr.Row():
            self.articles = gr.Dropdown([], label=said.articles, scale=1, **several)
            self._clear = gr.Button(said.clear, size="sm", scale=0, min_width=80)

    @property
    def inputs(self) -> list[gr.Dropdown | gr.Textbox]:
        """What `filters_from` takes, in its order."""
        return [self._sources, self._since, self._until, self.articles]

    def wire(self) -> None:
        """Connect everything."""
        self._clear.click(lambda: ([], "", "", []), None, self.inputs, **QUICK)
        self._sources.focus(self._known, None, self._sources, **QUICK)
        for field in self.inputs:
            field.change(self._headed, self.inputs, self._all, trigger_mode="always_last", **QUICK)

    def _headed(self, *given: Any) -> Any:
        """The heading says what is in force, though the fields are folded away."""
        sources, since, until, articles = given
        days = f"{since or ''}–{until or ''}" if since or until else ""
        set_to = " · ".join(filter(None, [days, *(sources or []), *(articles or [])]))
        name = self._words.filters.name
        classes = ["yj-filtered"] if set_to else []
        return gr.Accordion(label=f"{name} · {set_to}" if set_to else name, elem_classes=classes)

    def _known(self) -> Any:
        try:
            store = store_of(self._services.library)
        except YoujuError as error:
            return gr.Dropdown(choices=[], info=in_words(error, self._words))
        return gr.Dropdown(choices=sorted(s for s in store.sources() if s) if store else [])


def filters_from(
    sources: list[str], since: str | None, until: str | None, articles: list[str], words: Words
) -> Filters | None:
    """The filters; None where nothing is given. Raises Told, in the page's words."""
    first, last = _day(since, words), _day(until, words)
    if first and last and first > last:
        raise Told(words.errors["since_after_until"])
    try:
        filters = Filters.model_validate({"since": first, "until": last, "sources": sources, "articles": articles})
    except ValidationError as error:
        raise Told(words.errors["bad_question"]) from error
    return None if filters.is_empty else filters


def in_short(filters: Filters | None) -> str:
    """Filters in a line."""
    if filters is None:
        return ""
    span = f"{filters.since or ''}–{filters.until or ''}" if filters.since or filters.until else ""
    return " · ".join(filter(None, (span, "、".join(filters.sources), "、".join(filters.articles))))


def _day(typed: str | None, words: Words) -> date | None:
    """A day that was typed, with any of the usual marks between its numbers."""
    text = (typed or "").strip()
    if not text:
        return None
    try:
        year, month, day = (
            int(part) for part in text.rstrip("日号號").translate(str.maketrans("年月/.", "----")).split("-")
        )
        return date(year, month, day)
    except ValueError as error:
        raise Told(words.errors["bad_day"].format(day=text)) from error
