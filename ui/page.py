"""The page: a heading, and a tab each for the chat, the articles, the evaluation and the settings."""

import json
from urllib.parse import urlencode

import gradio as gr
import matplotlib
from fastapi import FastAPI, Request
from starlette.responses import RedirectResponse, Response

from ui.articles import ArticlesTab
from ui.chat import ChatTab
from ui.components import static
from ui.evaluation import EvaluationTab
from ui.icons import icon
from ui.services import Services
from ui.settings import SettingsTab
from ui.templating import render
from ui.templating import warm_up as compile_templates
from ui.words import Language, Words, preferred, words_in
from web.body_limit import MAX_BODY

FONTS = ["system-ui", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif"]
LOOK = 0.01
"""Seconds between Gradio's looks at whether somebody asks. Its own 0.001, times three pages, took a tenth of a core while
nobody did."""
HOUR, DAY = 3600, 24 * 3600
"""Seconds between Gradio's looks at the files that were given to the evaluation, and those after which they go."""
LANGUAGE_COOKIE = "youju_language"


def pages() -> list[str]:
    """The paths of the page, one a language."""
    return [path for language in Language for path in (f"/{language.value}", f"/{language.value}/")]


def warm_up() -> None:
    """Load what the first visitor would wait for."""
    matplotlib.use("agg")  # Gradio looks for a backend around every call, and loads it at the first one
    compile_templates()


def build_page(services: Services, words: Words) -> gr.Blocks:
    """The page in one language."""
    blocks: gr.Blocks = gr.Blocks(
        title=words.page.title, analytics_enabled=False, fill_width=True, delete_cache=(HOUR, DAY)
    )
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
        articles.wire(blocks, chat.filters.articles, tabs)
        evaluation.wire(chat, tabs)
        settings.wire(blocks)
    return blocks


def mount(app: FastAPI, services: Services) -> FastAPI:
    """Put the page into an application: at /, which leads to the language of the browser, and under each language."""
    app.add_api_route("/", _to_language, include_in_schema=False)
    app.add_api_route("/favicon.ico", _icon, include_in_schema=False)
    for language in Language:
        words = words_in(language)
        blocks = build_page(services, words)
        blocks._queue.sleep_when_free = LOOK
        blocks.api_open = False  # what is queued is asked through the queue alone
        app = gr.mount_gradio_app(
            app,
            blocks,
            path=f"/{language.value}",
            theme=_theme(),
            css=static("page.css"),
            js=_script(words),
            ssr_mode=False,
            footer_links=[],
            max_file_size=MAX_BODY,
            show_error=False,  # it would tell whoever asks of our defects, with the server's folders
            run_history=False,  # it would keep what everybody asks, for everybody
        )
    return app


def _theme() -> gr.themes.Base:
    """Gradio's own with fonts of the machine, and colours that can be read by everybody (WCAG AA)."""
    theme = gr.themes.Default(primary_hue="blue", font=FONTS, font_mono=["ui-monospace", "monospace"])
    return theme.set(
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_dark="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_hover_dark="*primary_800",
        color_accent="*primary_700",
        block_label_text_color="*body_text_color_subdued",
        body_text_color_subdued="#5b6472",
        body_text_color_subdued_dark="#a9b1bd",
        input_placeholder_color="#6b7280",
        input_placeholder_color_dark="#9ca3af",
    )


def _to_language(request: Request) -> RedirectResponse:
    """The page in the language chosen last, or the browser's."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    language = Language(chosen) if chosen in list(Language) else preferred(request.headers.get("accept-language", ""))
    query = urlencode(request.query_params.multi_items())
    to = f"{language.value}/" + (f"?{query}" if query else "")
    return RedirectResponse(to, headers={"Cache-Control": "no-store", "Vary": "Accept-Language, Cookie"})


def _icon() -> Response:
    """The mark in the browser's tab: a citation."""
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#1d4ed8"/>'
        '<path d="M12 8H9v16h3M20 8h3v16h-3M14 16h4" stroke="#fff" stroke-width="2.5" fill="none"/></svg>'
    )
    return Response(drawing, media_type="image/svg+xml", headers={"Cache-Control": "max-age=86400"})


def _script(words: Words) -> str:
    """What runs once when the page is opened."""
    given = f"const LANGUAGE = {json.dumps(words.language.value)}, TITLE = {json.dumps(words.page.title)};"
    return f"() => {{ {given}\n{static('theme.js')}\npresent();\n({static('page.js')})(); }}"


def _heading(words: Words) -> str:
    return render("heading.html", w=words, icon=icon, languages=[words_in(one) for one in Language])
