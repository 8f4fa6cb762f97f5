"""Errors in the words of the page's language."""

import gradio as gr

from index.errors import YoujuError
from ui.words import Words
from web.errors import log_failure


class Told(YoujuError):
    """What is wrong with what was typed or chosen, in the words of the page already."""

    code = "told"


def in_words(error: YoujuError, words: Words) -> str:
    """What went wrong and the way out, for whoever reads the page."""
    if isinstance(error, Told):
        return error.message
    log_failure(error)
    said = words.errors.get(error.code)
    return said.format(message=error.message) if said else str(error)


def warn(text: str, words: Words) -> None:
    """Say it beside whatever is shown, for some seconds."""
    gr.Warning(text, title=words.page.notice)
