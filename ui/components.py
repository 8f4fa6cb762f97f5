"""Components of our own: HTML that Python renders, with a script of theirs for what happens inside the browser."""

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import gradio as gr

STATIC = Path(__file__).parent / "static"
QUICK: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "queue": False}
"""For what is done at once, by a request of its own. Gradio's queue answers over one stream a page, which it closes when
nothing is waited for: what is asked at that moment would never be heard of again."""


@cache
def static(name: str) -> str:
    """A file of static/."""
    return (STATIC / name).read_text("utf-8")


def scripted(
    html: str,
    name: str,
    server_functions: Sequence[Callable[..., object]] = (),
    parts: Sequence[str] = (),
    **properties: Any,
) -> gr.HTML:
    """HTML with the script static/<name>.js, after the `parts` that it uses, which sees `element`, `trigger`, `props`, `server`, `upload` and `watch`.

    `properties` are what the script reads from `props`.
    """
    return gr.HTML(
        html,
        elem_id=f"yj-{name}",
        apply_default_css=False,
        js_on_load="".join(static(f"{part}.js") for part in (*parts, name)),
        server_functions=list(server_functions) or None,
        **properties,
    )
