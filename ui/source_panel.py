"""The side panel: the article behind a citation, at the cited characters, or what is left of it."""

from urllib.parse import urlsplit

from markupsafe import Markup

from index.records import Article
from index.store import Store
from qa.answer import AnswerSpan, Citation
from qa.tracing import Trace, traced
from ui.icons import icon
from ui.templating import render
from ui.words import Words
from web.panel import article_html


def empty_panel_html(words: Words) -> str:
    """What stands there before anything is chosen."""
    return Markup('<p class="yj-hint yj-panel-empty">{}</p>').format(words.source.hint)


def cited_html(citation: Citation, store: Store | None, words: Words) -> str:
    """The article that a citation is from, marked where its words stand now; its quote where they do not any more."""
    found = traced(citation, store)
    notes = {Trace.MOVED: words.source.moved, Trace.CHANGED: words.source.changed, Trace.GONE: words.source.gone}
    note = notes.get(found.trace, "")
    if store is None or found.trace is Trace.GONE:
        return _panel(
            words, title=citation.title, about=_about(citation), citation=citation, note=note, lost=citation.quote
        )
    article = store.article(citation.article_id)
    if found.start is None or found.end is None:
        return _panel(words, article, citation=citation, note=note, lost=citation.quote)
    return _panel(words, article, citation=_moved(citation, found.start), note=note, shows_dropped=False)


def whole_html(article: Article, words: Words) -> str:
    """An article by itself, with what cleaning dropped."""
    return _panel(words, article)


def _panel(
    words: Words,
    article: Article | None = None,
    *,
    title: str = "",
    about: str = "",
    citation: Citation | None = None,
    note: str = "",
    lost: str = "",
    shows_dropped: bool = True,
) -> str:
    marked = None if lost else citation
    return render(
        "source.html",
        w=words,
        icon=icon,
        article_id=article.id if article else "",
        title=article.title if article else title,
        about=_about(article) if article else about,
        url=_safe(article.url) if article else "",
        citation=citation,
        note=note,
        lost=lost,
        body=Markup(article_html(article.text, marked)) if article else "",
        dropped=article.dropped if article and shows_dropped else (),
        notes=article.notes if article and shows_dropped else (),
    )


def _about(of: Article | Citation) -> str:
    name = of.id if isinstance(of, Article) else of.article_id
    return " · ".join(filter(None, (of.source, of.published, name)))


def _safe(url: str) -> str:
    """An address that a browser opens as a page; "" for any other, such as javascript:."""
    try:
        return url if urlsplit(url).scheme in ("http", "https") else ""
    except ValueError:  # no address at all
        return ""


def _moved(citation: Citation, start: int) -> Citation:
    """The citation where its words stand in the present version."""
    by = start - citation.start
    answer = citation.answer and AnswerSpan(start=citation.answer.start + by, end=citation.answer.end + by)
    return citation.model_copy(update={"start": start, "end": citation.end + by, "answer": answer})
