"""The articles' tab: add files and folders, find, read and remove articles, and ask about one alone."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from index.errors import IndexMissing, YoujuError
from index.fold import fold_text
from index.store import ArticleSummary
from ui.components import QUICK, scripted
from ui.icons import icon
from ui.problems import in_words
from ui.services import Services
from ui.source_panel import whole_html
from ui.templating import render
from ui.words import Words
from web.intake import MAX_BYTES, MAX_FILES, MAX_SUM
from web.panel import hint_html

PAGE = 50
"""Articles on a page of the list."""


class ArticlesTab:
    """Put into the tab that is open."""

    def __init__(self, services: Services, words: Words) -> None:
        self._services = services
        self._words = words
        said = words.articles
        limits = {"mb": MAX_BYTES // 2**20, "sum": MAX_SUM // 2**20, "n": MAX_FILES}
        adding = render("uploads.html", w=words)
        self._uploads = scripted(adding, "uploads", words=said.model_dump(), limits=limits, errors=words.errors)
        with gr.Row():
            self._search = gr.Textbox(label=said.search, scale=2, min_width=180)
            self._source = gr.Dropdown([(said.any_source, "")], value="", label=said.source, min_width=160)
        with gr.Row(equal_height=False):
            with gr.Column(scale=3, min_width=320):
                self._list = scripted("", "articles", parts=["confirm"])
            with gr.Column(scale=2, min_width=0, elem_id="yj-article"):
                self._shown = scripted("", "article")

    def wire(self, blocks: gr.Blocks, asked_about: gr.Dropdown, tabs: gr.Tabs) -> None:
        """Connect everything; `asked_about` is the chat's filter."""
        found: list[Any] = [self._search, self._source]
        self._uploads.upload(self._listed, found, [self._list, self._source], **QUICK)
        self._search.change(self._found, found, self._list, trigger_mode="always_last", **QUICK)
        self._source.input(self._found, found, self._list, trigger_mode="always_last", **QUICK)
        self._source.focus(self._sources, None, self._source, **QUICK)
        self._list.option_select(self._turned, found, self._list, trigger_mode="always_last", **QUICK)
        self._list.select(self._read, None, self._shown, trigger_mode="always_last", **QUICK)
        self._list.delete(self._removed, found, [self._list, self._shown], trigger_mode="multiple", **QUICK)
        self._list.apply(self._ask_about, None, [asked_about, tabs], **QUICK)
        blocks.load(self._listed, found, [self._list, self._source], **QUICK)

    def _listed(self, words: str | None, source: str | None) -> tuple[str, Any]:
        return self._found(words, source), self._sources()

    def _sources(self) -> Any:
        sources = sorted({summary.source for summary in self._summaries()[0] if summary.source})
        return gr.Dropdown(choices=[(self._words.articles.any_source, ""), *((name, name) for name in sources)])

    def _found(self, words: str | None, source: str | None, page: int = 1, told: str = "") -> str:
        everything, trouble = self._summaries()
        found = matching(everything, words or "", source or "")
        pages = max(1, -(-len(found) // PAGE))
        page = min(max(1, page), pages)
        titles = {summary.id: summary.title for summary in everything}
        return render(
            "articles.html", w=self._words, icon=icon, articles=found[(page - 1) * PAGE : page * PAGE], titles=titles,
            count=len(found), page=page, pages=pages, is_empty=not everything,
            told=told or trouble, is_read=not trouble,
        )  # fmt: skip

    def _turned(self, words: str, source: str, chosen: gr.EventData) -> str:
        return self._found(words, source, int(chosen._data["page"]))

    def _read(self, chosen: gr.EventData) -> str:
        try:
            article = self._services.library.reader().store.article(str(chosen._data["id"]))
        except YoujuError as error:
            return hint_html(in_words(error, self._words))
        return whole_html(article, self._words)

    def _removed(self, words: str, source: str, chosen: gr.EventData) -> tuple[str, Any]:
        try:
            self._services.intake.remove([str(chosen._data["id"])])
        except YoujuError as error:
            return self._found(words, source, told=in_words(error, self._words)), gr.skip()
        told = self._words.articles.removed.format(title=chosen._data["title"])
        return self._found(words, source, told=told), ""

    def _ask_about(self, chosen: gr.EventData) -> tuple[Any, Any]:
        one = (str(chosen._data["title"]), str(chosen._data["id"]))
        return gr.Dropdown(choices=[one], value=[one[1]]), gr.Tabs(selected="chat")

    def _summaries(self) -> tuple[list[ArticleSummary], str]:
        """The articles; none, and why, where they cannot be read."""
        try:
            return self._services.library.reader().store.summaries(), ""
        except IndexMissing:  # the list says that there are none, and how they are added
            return [], ""
        except YoujuError as error:
            return [], in_words(error, self._words)


def matching(articles: Sequence[ArticleSummary], words: str, source: str) -> list[ArticleSummary]:
    """Those of a source with all of the words, in either script, in title or id; the newest first."""
    wanted = fold_text(words).split()
    found = [
        a
        for a in articles
        if (not source or a.source == source) and all(word in fold_text(f"{a.title}\n{a.id}") for word in wanted)
    ]
    return sorted(found, key=lambda a: (a.published, a.id), reverse=True)
