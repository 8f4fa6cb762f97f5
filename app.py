"""The page and the API in one application, and the server's entry: `python app.py` is `youju serve`."""

import os
import socket
import sys

import gradio as gr
import uvicorn
from fastapi import FastAPI

from index.errors import YoujuError
from qa.library import Library
from qa.verify.verifier import Verifier
from ui.chat import chat_tab
from ui.evaluation import evaluation_tab
from web.api import create_api
from web.evaluation import Evaluations, add_reports
from web.panel import ARTICLE_CSS, EVALUATION_CSS
from youju.assembly import make_parts
from youju.settings import Settings, load_settings

FONTS = ["system-ui", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif"]


def build_page(library: Library, evaluations: Evaluations) -> gr.Blocks:
    """The chat and the evaluation, a tab each."""
    blocks: gr.Blocks = gr.Blocks(title="有据 Youju", analytics_enabled=False)
    with blocks:
        gr.Markdown("# 有据 Youju\n每句话都注明出处。 · 每句話都註明出處。")
        with gr.Tabs() as tabs:
            with gr.Tab("问答 · 問答", id="chat"):
                chat = chat_tab(library)
            with gr.Tab("评测 · 評測", id="evaluation"):
                evaluation_tab(library, evaluations, chat, tabs)
    return blocks


def create_app(library: Library, verifier: Verifier | None = None) -> FastAPI:
    """The API with the page mounted at /."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    theme = gr.themes.Default(font=FONTS, font_mono=["ui-monospace", "monospace"])
    evaluations = Evaluations(library)
    api = create_api(library, verifier)
    add_reports(api, evaluations)
    app: FastAPI = gr.mount_gradio_app(
        api,
        build_page(library, evaluations),
        path="/",
        theme=theme,
        css=ARTICLE_CSS + EVALUATION_CSS,
        ssr_mode=False,
        footer_links=[],
    )
    return app


def serve(settings: Settings) -> None:
    """Serve the chat and the API until stopped."""
    parts = make_parts(settings)
    if problem := parts.library.warm_up():
        print(f"youju: {problem}", file=sys.stderr)
    app = create_app(parts.library, parts.verifier)
    listener = _listen(settings.host, settings.port)
    print(f"youju: serving on http://{settings.host}:{settings.port}", file=sys.stderr)
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    """A bound socket. Raises YoujuError when the address cannot be had."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise YoujuError(f"cannot listen on {host}:{port}: {error.strerror}.", "Choose another with --port.") from error


def main() -> None:
    """Serve with the settings of the environment; our own errors become one line."""
    if sys.argv[1:]:
        sys.exit(
            f"app.py takes no arguments ({sys.argv[1]}). Set YOUJU_PORT and the like, or use: youju serve --port N"
        )
    try:
        serve(load_settings())
    except YoujuError as error:
        sys.exit(f"youju: {error}")


if __name__ == "__main__":
    main()
