"""Errors in the words of the page's language."""

from index.errors import YoujuError
from ui.words import Words


class Told(YoujuError):
    """What is wrong with what was typed or chosen, in the words of the page already."""

    code = "told"


def in_words(error: YoujuError, words: Words) -> str:
    """What went wrong and the way out, for whoever reads the page."""
    if isinstance(error, Told):
        return error.message
    said = words.errors.get(error.code)
    return said.format(message=error.message) if said else str(error)
