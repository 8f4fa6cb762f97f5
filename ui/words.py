"""The interface's words in its three languages: one TOML file each under languages/, with the same keys."""

import tomllib
from enum import StrEnum
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from qa.script import Script, script_of

FOLDER = Path(__file__).parent / "languages"


class Language(StrEnum):
    """A language of the interface; its value is its tag (BCP 47), and its path on the server."""

    HANS = "zh-Hans"
    HANT = "zh-Hant"
    EN = "en"


class _Words(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PageWords(_Words):
    name: str
    title: str
    tagline: str
    language: str
    chat: str
    articles: str
    evaluation: str
    settings: str
    notice: str
    colon: str
    to_question: str


class ChatWords(_Words):
    question: str
    placeholder: str
    ask: str
    stop: str
    ask_again: str
    stopped: str
    new: str
    transcript: str
    you_asked: str
    looking: str
    writing: str
    welcome: str
    welcome_hint: str
    try_asking: str
    ask_next: str
    no_articles: str
    no_articles_hint: str
    one_answer: str
    answer_gone: str


class FilterWords(_Words):
    name: str
    sources: str
    since: str
    until: str
    articles: str
    clear: str


class AnswerWords(_Words):
    citation: str
    sources: str
    partial: str
    partial_hint: str
    no_evidence: str
    conflict: str
    superseded: str
    newer: str
    older: str
    nearest: str
    some_missing: str
    computed: str
    repaired: str
    dropped: str
    by_model: str
    copy_markdown: str
    copy_plain: str
    copied: str
    not_copied: str
    link: str
    retry: str
    good: str
    bad: str
    thanks: str
    what_was_wrong: str
    comment: str
    send: str
    found: str
    wait: str
    failed: str


class ReasonWords(_Words):
    """Why an answer was not good, by the names in `qa.feedback.Reason`."""

    wrong: str
    incomplete: str
    citation: str
    should_refuse: str
    should_answer: str
    other: str


class FoundWords(_Words):
    searched_for: str
    filters: str
    no_filters: str
    confidence: str
    mode: str
    extractive: str
    llm: str
    time: str
    hits: str
    hits_hint: str
    sentence: str
    article: str
    score: str
    dense: str
    lexical: str
    used: str
    nothing: str
    now: str


class SourceWords(_Words):
    hint: str
    close: str
    earlier: str
    later: str
    original: str
    moved: str
    changed: str
    gone: str
    dropped: str
    notes: str


class ConversationWords(_Words):
    name: str
    search: str
    none: str
    none_found: str
    no_cookie: str
    rename: str
    remove: str
    really: str
    save: str
    title: str
    as_markdown: str
    as_json: str
    show: str


class ArticleWords(_Words):
    add: str
    drop_here: str
    or_choose: str
    files: str
    folder: str
    kinds: str
    reading: str
    uploading: str
    waiting: str
    outcomes: dict[str, str]
    too_large: str
    too_many: str
    too_much: str
    more_files: str
    problems: dict[str, str]
    summary: str
    reprint: str
    search: str
    source: str
    any_source: str
    title: str
    date: str
    sentences: str
    actions: str
    remove: str
    remove_really: str
    removed: str
    ask_about: str
    none: str
    none_found: str
    page: str
    previous: str
    next: str
    count: str
    list: str


class SettingsWords(_Words):
    answers: str
    mode: str
    auto: str
    extractive: str
    llm: str
    no_model: str
    model: str
    sentences: str
    sentences_hint: str
    script: str
    as_question: str
    hans: str
    hant: str
    theme: str
    system: str
    light: str
    dark: str
    endpoint: str
    endpoint_hint: str
    endpoint_elsewhere: str
    address: str
    model_name: str
    key: str
    key_set: str
    key_not_set: str
    use_model: str
    no_longer: str
    works: str
    fails: str
    index: str
    index_said: str


class EvaluationWords(_Words):
    set: str
    script: str
    as_is: str
    s2t: str
    t2s: str
    limit: str
    earlier: str
    start: str
    stop: str
    upload: str
    hint: str
    choose_first: str
    failed: str
    id: str
    problem: str
    question: str
    answer: str
    seconds_left: str
    another_index: str
    cannot_ask: str
    unlocated: str
    report: str
    tag: str
    questions: str
    headlines: dict[str, str]
    problems: dict[str, str]


class Words(_Words):
    """All of them, a part for each place of the page."""

    language: Language
    page: PageWords
    chat: ChatWords
    filters: FilterWords
    answer: AnswerWords
    reasons: ReasonWords
    found: FoundWords
    source: SourceWords
    conversations: ConversationWords
    articles: ArticleWords
    settings: SettingsWords
    evaluation: EvaluationWords
    errors: dict[str, str]
    stages: dict[str, str]


@cache
def words_in(language: Language) -> Words:
    """The words of a language."""
    path = FOLDER / f"{language.value}.toml"
    return Words(language=language, **tomllib.loads(path.read_text("utf-8")))


def preferred(accepted: str) -> Language:
    """The best language for a browser's Accept-Language header (RFC 9110, 12.5.4); Simplified where none is ours."""
    ranges = []
    for part in accepted.split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            ranges.append((float(weight or 1), tag.lower()))
        except ValueError:
            continue
    for _, tag in sorted(ranges, key=lambda r: -r[0]):
        if tag.startswith("zh"):
            return Language.HANT if any(name in tag for name in ("hant", "-tw", "-hk", "-mo")) else Language.HANS
        if tag.startswith("en"):
            return Language.EN
    return Language.HANS


SCRIPT_OF = {Language.HANS: Script.SIMPLIFIED, Language.HANT: Script.TRADITIONAL, Language.EN: Script.ENGLISH}
"""The script of each language's words."""


def lang_of(text: str) -> str:
    """The language that a text is marked with for screen readers and fonts, whatever the page's."""
    script = script_of(text)
    return next(language.value for language, of in SCRIPT_OF.items() if of is script)
