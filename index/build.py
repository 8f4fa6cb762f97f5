"""Indexing: load, clean, segment, embed and store articles, in batches that commit whole."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from index.clean import clean
from index.dates import date_mentions
from index.duplicates import ReprintFinder, signature_of
from index.embed import Embedder, Embedding, encode_passages, mismatch
from index.errors import Problem
from index.generations import Home
from index.load import ReadFile, count_articles, load
from index.records import Article, DateMention, Dropped, Failure, LoadedArticle, Sentence
from index.segment import segment
from index.store import Entry, Store

BATCH_SENTENCES = 512
"""Sentences embedded and committed at once; about half a second of work lost to a kill."""

MAX_CONTEXT = 60
"""Characters of the title, and of the heading, that are embedded before a sentence."""

TITLE_FALLBACK = 40
"""Characters of the first sentence that stand in for a missing title."""


class Outcome(StrEnum):
    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REMOVED = "removed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Event:
    """What became of one article. Reported only after it has been committed."""

    outcome: Outcome
    article_id: str
    detail: str = ""
    reprint_of: str = ""
    sentences: int = 0
    problem: Problem | None = None


@dataclass(slots=True)
class Summary:
    """Counts of a run. `reprints` are among the added and updated."""

    counts: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    reprints: int = 0
    failures: list[Event] = field(default_factory=list)

    def add(self, event: Event) -> None:
        self.counts[event.outcome] += 1
        self.reprints += bool(event.reprint_of)
        if event.outcome is Outcome.FAILED:
            self.failures.append(event)


class Indexer:
    """Writes articles into a home folder. Use inside `Home.write_lock`."""

    def __init__(self, home: Home, embedder: Embedder, *, re_embed: bool = False, read: ReadFile | None = None) -> None:
        """Open the home's store, making it where there is none. `read` reads each file, see `load`.

        Raises EmbedderMismatch when the store has another embedder's vectors, unless
        `re_embed` asks to replace them.
        """
        self._home = home
        self._embedder = embedder
        self._read = read
        self._store = Store(home.store, writable=True, upgrade=re_embed)
        if re_embed:
            self._re_embed()
        self._check_embedder()
        self._versions = self._store.versions()
        self._counts = self._store.sentence_counts()
        self._origins = self._store.origins()
        self._reprints = ReprintFinder()
        for article_id, signature, group in self._store.signatures():
            self._reprints.add(article_id, signature, group)

    def close(self) -> None:
        self._store.close()

    def _check_embedder(self) -> None:
        present = self._store.meta("embedder")
        if present is None:
            self._store.set_meta("embedder", self._embedder.fingerprint)
        elif present != self._embedder.fingerprint:
            raise mismatch(present, self._embedder.fingerprint)

    def _re_embed(self) -> None:
        """Give every sentence a vector of the present embedder, all or nothing."""
        numbers = sorted(self._store.article_numbers())
        self._store.replace_vectors(map(self._embedded, numbers), self._embedder.fingerprint)

    def _embedded(self, article_number: int) -> tuple[int, list[bytes], list[Embedding]]:
        article = self._store.articles_by_number([article_number])[article_number]
        texts = list(embedding_inputs(article))
        return article_number, [self._key(text) for text in texts], encode_passages(self._embedder, texts)

    @staticmethod
    def count(paths: list[Path]) -> int:
        """How many articles `index` will look at, for a progress bar; nothing is parsed."""
        return count_articles(paths)

    def index(self, paths: list[Path], *, delete_missing: bool = False) -> Iterator[Event]:
        """Add or update everything under `paths`, yielding an event for each article once committed.

        `delete_missing` also removes articles found earlier through the same folder or file
        that are no longer there; what failed to load is kept.
        """
        seen: set[str] = set()
        uncertain: set[str] = set()
        pending: list[Article] = []
        for item in load(paths, self._read):
            if isinstance(item, Failure):
                seen.update(item.article_ids)
                uncertain.update([] if item.article_ids else [item.origin])
                named = item.article_ids[0] if item.article_ids else ""
                yield _failed(named, item.where, item.reason, item.problem)
                continue
            seen.add(item.id)
            article = prepare(item)
            if not article.sentences:
                yield _failed(item.id, item.where, "no text was left after cleaning.", Problem.NO_TEXT)
            elif other := self._clash(article):
                reason = f"the id {item.id!r} belongs to {other}. Remove that first: youju remove {item.id}"
                yield _failed(item.id, item.where, reason, Problem.TAKEN)
            elif self._is_unchanged(article):
                yield Event(Outcome.UNCHANGED, item.id)
            else:
                pending.append(article)
            if sum(len(a.sentences) for a in pending) >= BATCH_SENTENCES:
                yield from self._commit(pending)
                pending = []
        yield from self._commit(pending)
        if delete_missing:
            yield from self.remove(sorted(self._missing(paths, seen, uncertain)))
        self.finish()

    def remove(self, article_ids: list[str]) -> Iterator[Event]:
        """Remove articles, each in a commit of its own. Raises ArticleNotFound before the first."""
        article_ids = list(dict.fromkeys(article_ids))
        for article_id in article_ids:
            self._store.article(article_id)
        for article_id in article_ids:
            self._store.write([], remove=[article_id], regroup=self._reprints.leave(article_id))
            yield Event(Outcome.REMOVED, article_id)

    def finish(self) -> None:
        """Bring the derived indexes up to the store."""
        self._store.drop_unused_vectors()
        self._home.refresh(self._store, self._embedder.fingerprint, self._store.dim or self._embedder.dim)

    def _is_unchanged(self, article: Article) -> bool:
        """Whether it is there already, cut into as many sentences as now: they may end elsewhere since a newer version of youju."""
        version = self._versions.get(article.id)
        same = version is not None and version[1] == article.content_hash
        return same and self._counts.get(article.id) == len(article.sentences)

    def _clash(self, article: Article) -> str:
        """Another file, still there, that gave the present article of this id; or ""."""
        origin = self._origins.get(article.id, article.origin)
        if origin == article.origin or self._is_unchanged(article):
            return ""
        old, new = _file_of(origin, article.id), _file_of(article.origin, article.id)
        return str(old) if old.exists() and not (new.exists() and old.samefile(new)) else ""

    def _missing(self, paths: Iterable[Path], seen: set[str], uncertain: set[str]) -> set[str]:
        """Ids found earlier through `paths` and not now; none below what could not be read whole."""
        origins = {str(path.resolve()) for path in paths} - uncertain
        return {i for origin in origins for i in self._store.ids_from(origin)} - seen

    def _commit(self, articles: list[Article]) -> list[Event]:
        entries, events = [], []
        regroup = {old: new for article in articles for old, new in self._reprints.leave(article.id).items()}
        inputs = [list(embedding_inputs(article)) for article in articles]
        embeddings = self._embeddings([text for texts in inputs for text in texts])
        for article, texts in zip(articles, inputs, strict=True):
            keys = [self._key(text) for text in texts]
            signature = signature_of(article.text)
            group = self._reprints.group_of(article.id, signature)
            self._reprints.add(article.id, signature, group)
            version = self._versions.get(article.id, (0, ""))[0] + 1
            stored = replace(article, group=group, version=version)
            entries.append(Entry(stored, signature, keys, [embeddings[key] for key in keys]))
            events.append(_committed(stored))
        if entries:
            self._store.write(entries, regroup=regroup)
            self._origins |= {e.article.id: e.article.origin for e in entries}
            self._versions |= {e.article.id: (e.article.version, e.article.content_hash) for e in entries}
            self._counts |= {e.article.id: len(e.article.sentences) for e in entries}
        return events

    def _embeddings(self, texts: list[str]) -> dict[bytes, Embedding]:
        """An embedding for each distinct text, from the store where it has one already."""
        by_key = {self._key(text): text for text in texts}
        known = self._store.known_embeddings(by_key)
        missing = [key for key in by_key if key not in known]
        found = encode_passages(self._embedder, [by_key[key] for key in missing])
        return known | dict(zip(missing, found, strict=True))

    def _key(self, text: str) -> bytes:
        whole = f"{self._embedder.fingerprint}\n{text}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(whole, digest_size=16).digest()


def _file_of(origin: str, article_id: str) -> Path:
    """The file that an article came from, given what it was found through."""
    path = Path(origin)
    return path / article_id if path.is_dir() else path


def _failed(article_id: str, where: str, reason: str, problem: Problem) -> Event:
    return Event(Outcome.FAILED, article_id, f"{where}: {reason}", problem=problem)


def _committed(article: Article) -> Event:
    return Event(
        Outcome.ADDED if article.version == 1 else Outcome.UPDATED,
        article.id,
        detail="; ".join(article.notes),
        reprint_of=article.group if article.group != article.id else "",
        sentences=len(article.sentences),
    )


def prepare(loaded: LoadedArticle) -> Article:
    """Clean, segment and date a loaded article."""
    cleaned = clean(loaded.text, loaded.headings)
    published = loaded.published or cleaned.head.published or loaded.created
    title = loaded.title or cleaned.head.title
    headings = loaded.headings | {title}
    sentences = _with_dates(cleaned.text, segment(cleaned.text, headings), published)
    removed = tuple(Dropped("page", block) for block in loaded.removed)
    article = Article(
        id=loaded.id,
        title=title or _first_words(cleaned.text),
        source=loaded.source or cleaned.head.source,
        published=published,
        url=loaded.url,
        text=cleaned.text,
        sentences=sentences,
        dropped=removed + cleaned.dropped,
        notes=cleaned.notes,
        origin=loaded.origin,
    )
    return replace(article, content_hash=_content_hash(article))


def _with_dates(text: str, sentences: tuple[Sentence, ...], published: str) -> tuple[Sentence, ...]:
    mentions = list(date_mentions(text, published))
    return tuple(replace(s, dates=_inside(s, mentions)) for s in sentences)


def _inside(sentence: Sentence, mentions: list[DateMention]) -> tuple[DateMention, ...]:
    span = sentence.span
    return tuple(m for m in mentions if span.start <= m.span.start and m.span.end <= span.end)


def _first_words(text: str) -> str:
    first = text.split("\n", 1)[0]
    return first if len(first) <= TITLE_FALLBACK else first[:TITLE_FALLBACK] + "…"


def _content_hash(article: Article) -> str:
    headings = " ".join(str(s.span.start) for s in article.sentences if s.is_heading)
    fields = (article.title, article.source, article.published, article.url, article.text, headings)
    whole = "\0".join(fields).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(whole, digest_size=16).hexdigest()


def embedding_inputs(article: Article) -> Iterator[str]:
    """What is embedded for each sentence: title and heading as context, then the sentence."""
    for sentence in article.sentences:
        heading = sentence.heading.of(article.text) if sentence.heading else ""
        context = [article.title[:MAX_CONTEXT]] if article.title else []
        if heading and heading != article.title:
            context.append(heading[:MAX_CONTEXT])
        yield "\n".join([*context, sentence.span.of(article.text)])
