"""The page: a heading, and a tab each for the chat, the articles, the evaluation and the settings."""

import json
from urllib.parse import urlencode

import gradio as gr
from fastapi import FastAPI, Request
from starlette.responses import RedirectResponse

from ui.articles import ArticlesTab
from ui.chat import ChatTab
from ui.components import static
from ui.evaluation import EvaluationTab
from ui.icons import icon
from ui.services import Services
from ui.settings import SettingsTab
from ui.templating import render
from ui.words import Language, Words, preferred, words_in

FONTS = ["system-ui", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif"]
LANGUAGE_COOKIE = "youju_language"


def pages() -> list[str]:
    """The paths of the page, one a language."""
    return [path for language in Language for path in (f"/{language.value}", f"/{language.value}/")]


def build_page(services: Services, words: Words) -> gr.Blocks:
    """The page in one language."""
    blocks: gr.Blocks = gr.Blocks(title=words.page.title, analytics_enabled=False, fill_width=True)
    with blocks:
        gr.HTML(_heading(words), apply_default_css=False, elem_id="yj-heading")
        with gr.Tabs(elem_id="yj-tabs") as tabs:
            with gr.Tab(words.page.chat, id="chat"):
                chat = ChatTab(services, words)
            with gr.Tab(words.page.articles, id="articles"):
                articles = ArticlesTab(services, words)
            with gr.Tab(words.page.evaluation, id="evaluation"):
                evaluation = EvaluationTab(services, words)
            with gr.Tab(words.page.settings, id="settings"):
                settings = SettingsTab(services, words)
        chat.wire(blocks, settings)
        articles.wire(blocks, chat.articles, tabs)
        evaluation.wire(chat, tabs)
        settings.wire(blocks)
    return blocks


def mount(app: FastAPI, services: Services) -> FastAPI:
    """Put the page into an application: at /, which leads to the language of the browser, and under each language."""
    app.add_api_route("/", _to_language, include_in_schema=False)
    for language in Language:
        words = words_in(language)
        app = gr.mount_gradio_app(
            app,
            build_page(services, words),
            path=f"/{language.value}",
            theme=gr.themes.Default(font=FONTS, font_mono=["ui-monospace", "monospace"]),
            css=static("page.css"),
            js=_script(words),
            ssr_mode=False,
            footer_links=[],
            run_history=False,  # it would keep what everybody asks, for everybody
        )
    return app


def _to_language(request: Request) -> RedirectResponse:
    """The page in the language chosen last, or the browser's."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    language = Language(chosen) if chosen in list(Language) else preferred(request.headers.get("accept-language", ""))
    query = urlencode(request.query_params.multi_items())
    return RedirectResponse(f"{language.value}/" + (f"?{query}" if query else ""))


def _script(words: Words) -> str:
    """What runs once when the page is opened."""
    given = f"const LANGUAGE = {json.dumps(words.language.value)}, TITLE = {json.dumps(words.page.title)};"
    return f"() => {{ {given}\n{static('theme.js')}\npresent();\n({static('page.js')})(); }}"


def _heading(words: Words) -> str:
    return render("heading.html", w=words, icon=icon, languages=[words_in(one) for one in Language])
