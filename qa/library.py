"""The library: a home's index kept open for asking, and opened anew when it has changed."""

import threading
import time

from index.embed import Embedder
from index.errors import YoujuError
from index.generations import Home
from index.reader import Reader, open_reader
from qa.extractive import Extraction
from qa.generation.writer import Writer
from qa.pipeline import Pipeline
from qa.rerank import Reranker
from qa.rerank.late_interaction import DEFAULT

_FIRST = "今年有多少家企业？"
"""A question that goes through every stage."""
AGAIN = 10.0
"""Seconds after which another try is made to bring an index up to its articles, where that could not be written."""


class Library:
    """Hands out a pipeline over the newest generation. Safe to share between threads."""

    def __init__(
        self,
        home: Home,
        embedder: Embedder,
        extraction: Extraction | None = None,
        reranker: Reranker | None = DEFAULT,
        described: str = "",
        writer: Writer | None = None,
    ) -> None:
        """`described` says in words how it asks, for the records of an evaluation; without a `writer` answers are
        quotations."""
        self._writer = writer
        self.described = described
        self._home = home
        self._embedder = embedder
        self._extraction = extraction
        self._reranker = reranker
        self._guard = threading.Lock()
        self._reader: Reader | None = None
        self._pipeline: Pipeline | None = None
        self._again = 0.0

    @property
    def home(self) -> Home:
        """The home whose index this is."""
        return self._home

    @property
    def embedder(self) -> Embedder:
        """What its articles are embedded with."""
        return self._embedder

    @property
    def writer(self) -> Writer | None:
        """What writes answers; None where they are quotations."""
        return self._writer

    def write_with(self, writer: Writer | None) -> None:
        """Let another writer, or none, write what is asked from now on."""
        with self._guard:
            self._writer = writer
            if self._reader is not None:
                self._pipeline = self._made(self._reader)

    def pipeline(self) -> Pipeline:
        """Raises IndexMissing, EmbedderMismatch or StoreError while there is nothing to ask."""
        with self._guard:
            self._refresh()
            assert self._pipeline is not None
            return self._pipeline

    def reader(self) -> Reader:
        """The reader behind the present pipeline."""
        with self._guard:
            self._refresh()
            assert self._reader is not None
            return self._reader

    def warm_up(self) -> str:
        """Load the models, open the index and ask once, so that nobody's first question waits; what is missing for asking,
        or ""."""
        self._embedder.warm_up()
        if self._reranker is not None:
            self._reranker.warm_up()
        try:
            self.pipeline().ask(_FIRST, mode="extractive")
        except YoujuError as error:
            return str(error)
        return ""

    def _has_newer(self, reader: Reader) -> bool:
        """Whether a newer generation stands ready, or one is to be made: a run was killed, or the files are damaged."""
        if self._home.current_name() != reader.generation or reader.is_damaged:
            return True
        return reader.is_stale and time.monotonic() >= self._again and not self._home.is_being_written

    def _refresh(self) -> None:
        """Open the index when it is not open, or when a newer generation stands ready.

        The old reader is left to requests that still use it.
        """
        if self._reader is None or self._has_newer(self._reader):
            self._reader = open_reader(self._home, self._embedder)
            self._pipeline = self._made(self._reader)
            self._again = time.monotonic() + AGAIN if self._reader.is_stale else 0.0  # it could not be made

    def _made(self, reader: Reader) -> Pipeline:
        return Pipeline(reader, self._embedder, self._extraction, self._reranker, self._writer)
