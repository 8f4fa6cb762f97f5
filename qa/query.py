"""A question as retrieval looks for it: its words for the lexical leg, its vectors for the dense one."""

import re
from dataclasses import dataclass

import numpy as np

from index.embed import Embedder, QueryEmbedding, Vectors, encode_query
from index.fold import fold_text
from qa.gazetteer import places_in
from qa.script import Script, script_of, to_script


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """What both legs and the reranker take."""

    text: str
    words: str
    """What the lexical leg looks for."""
    vector: Vectors
    """The mean direction of the question in both scripts, (dim,), so that neither is at a loss."""
    simplified: QueryEmbedding
    traditional: QueryEmbedding

    @property
    def is_foreign(self) -> bool:
        """Whether the lexical leg gets only what a Chinese article would share with an English question."""
        return self.words != self.text


def make_query(question: str, embedder: Embedder) -> Query:
    """Embed a question, in both scripts where they differ."""
    simplified = to_script(question, Script.SIMPLIFIED)
    traditional = to_script(simplified, Script.TRADITIONAL)
    here = encode_query(embedder, simplified)
    there = here if traditional == simplified else encode_query(embedder, traditional)
    vector = here.vector
    if there is not here:
        vector = here.vector + there.vector
        vector /= np.linalg.norm(vector)
    return Query(question, lexical_text(question), vector, here, there)


def lexical_text(question: str) -> str:
    """What the lexical leg looks for: the question, or of an English one what Chinese articles share.

    That is Chinese names of its places, and words with a digit or all in capitals (6G, LED).
    """
    if script_of(question) is not Script.ENGLISH:
        return question
    shared = [word for word in re.findall(r"[A-Za-z0-9.-]+", question) if re.search(r"\d|^[A-Z]{2,}$", word)]
    return " ".join([*places_in(fold_text(question)), *shared])
