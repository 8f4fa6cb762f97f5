"""The verifier: a statement and the texts that it cites in, a verdict with its reasons out."""

import math
from dataclasses import asdict, dataclass

from index.errors import StatementError
from qa.answer import Verdict
from qa.reading.model import ReadingModel
from qa.script import Script, script_of
from qa.verify.amounts import check_amounts
from qa.verify.analysed import Analysed
from qa.verify.changes import check_changes
from qa.verify.cited import CitedText
from qa.verify.events import check_events
from qa.verify.finding import MILD, Finding, Kind
from qa.verify.labels import check_labels
from qa.verify.likeness import Likeness, likeness
from qa.verify.markup import check_markup
from qa.verify.modality import check_modality
from qa.verify.named import check_names
from qa.verify.offices import check_offices
from qa.verify.owners import check_owners
from qa.verify.polarity import check_polarity
from qa.verify.reasons import reason_of
from qa.verify.roles import check_roles
from qa.verify.stages import check_stages
from qa.verify.subjects import check_subjects
from qa.verify.substitutions import check_substitutions
from qa.verify.times import check_times
from qa.verify.vague import check_vague
from qa.verify.verification import MAX_STATEMENT, Verification


@dataclass(frozen=True, slots=True)
class Judgement:
    """Weights of the logistic chance that a statement is borne out, fitted by `python -m training.verifier`
    (training/README.md)."""

    intercept: float
    pairs: float
    worst_clause: float
    in_a_row: float
    words: float
    length: float
    support: float
    findings: float
    """Of the number of findings, up to MAX_FINDINGS."""


READ = Judgement(
    intercept=-6.423, pairs=4.697, worst_clause=0.496, in_a_row=2.916, words=3.001, length=0.115, support=0.474,
    findings=-1.506,
)  # fmt: skip
UNREAD = Judgement(
    intercept=-7.253, pairs=5.633, worst_clause=0.467, in_a_row=3.721, words=3.521, length=-0.046, support=0.0,
    findings=-1.93,
)  # fmt: skip
"""Without the reader's word."""

MAX_FINDINGS = 2

SUPPORTED = 0.5
"""The chance from which on a statement counts as borne out."""
MAX_CITED = 100_000
"""Characters of all cited texts."""


class Verifier:
    """Checks statements against texts. Safe to share between threads."""

    def __init__(self, reader: ReadingModel | None = None) -> None:
        """`reader` says whether a text supports a statement; without it, words are counted alone."""
        self._reader = reader

    def warm_up(self) -> None:
        if self._reader is not None:
            self._reader.warm_up()

    def verify(self, statement: str, cited: list[CitedText]) -> Verification:
        """Raises StatementError for an empty or too long statement, or for nothing cited."""
        statement = _checked(statement, cited)
        found, like = self.examine(statement, cited)
        return verdict_of(found, chance(found, like), script_of(statement))

    def examine(self, statement: str, cited: list[CitedText]) -> tuple[list[Finding], Likeness]:
        """All that the checks find, and how alike the texts are."""
        said = Analysed(statement, next((c.published for c in cited if c.published), ""))
        texts = [Analysed(c.text, c.published) for c in cited]
        around = [Analysed(c.context) for c in cited if c.context]
        return _findings(said, texts, around), likeness(said, texts, cited, self._reader)


def _findings(said: Analysed, texts: list[Analysed], around: list[Analysed]) -> list[Finding]:
    found = [
        *check_markup(said, texts),
        *check_amounts(said, texts),
        *check_vague(said, texts),
        *check_times(said, texts, around),
        *check_events(said, texts),
        *check_names(said, texts + around),
        *check_polarity(said, texts),
        *check_subjects(said, texts),
        *check_roles(said, texts),
        *check_owners(said, texts),
        *check_labels(said, texts),
        *check_offices(said, texts),
        *check_modality(said, texts),
        *check_stages(said, texts),
        *check_substitutions(said, texts, around),
        *check_changes(said, texts),
    ]
    # The same words may fail several checks: the first says it best, but nothing mild hides what is not.
    ordered = sorted(found, key=lambda f: f.kind in MILD)
    return list({f.words: f for f in reversed(ordered)}.values())[::-1]


def features(found: list[Finding], like: Likeness) -> dict[str, float]:
    """What the chance is told by: the fields of a Judgement but its intercept; no `support` without a reader."""
    wrong = sum(f.kind not in MILD for f in found)
    known = {name: value for name, value in asdict(like).items() if value is not None}
    return known | {"findings": float(min(wrong, MAX_FINDINGS))}


def chance(found: list[Finding], like: Likeness, judgement: Judgement | None = None) -> float:
    """The chance that the texts bear the statement out, 0 to 1."""
    weights = judgement or (UNREAD if like.support is None else READ)
    z = weights.intercept + sum(getattr(weights, name) * value for name, value in features(found, like).items())
    return 1.0 / (1.0 + math.exp(-z))


def verdict_of(found: list[Finding], supported: float, script: Script) -> Verification:
    """The verdict on what the checks found, and the chance that the statement is borne out."""
    wrong = [f for f in found if f.kind not in MILD]
    if wrong or supported < SUPPORTED:
        reasons = wrong or [Finding(Kind.WORDS, "")]
        return _verification(Verdict.UNSUPPORTED, max(1.0 - supported, 0.5), reasons, script)
    if found:
        return _verification(Verdict.PARTIAL, supported, found, script)
    return Verification(verdict=Verdict.SUPPORTED, confidence=supported, reasons=[])


def _verification(verdict: Verdict, confidence: float, found: list[Finding], script: Script) -> Verification:
    return Verification(verdict=verdict, confidence=confidence, reasons=[reason_of(f, script) for f in found])


def _checked(statement: str, cited: list[CitedText]) -> str:
    statement = statement.strip()
    if not statement:
        raise StatementError("the statement is empty.", "Write a statement.")
    if not any(character.isalnum() for character in statement):
        raise StatementError("the statement has no words.", "Write a statement.")
    if len(statement) > MAX_STATEMENT:
        raise StatementError(
            f"the statement has {len(statement):,} characters; at most {MAX_STATEMENT:,} are allowed.",
            "Verify one sentence at a time.",
        )
    if (total := sum(len(c.text) for c in cited)) > MAX_CITED:
        raise StatementError(
            f"the cited texts have {total:,} characters; at most {MAX_CITED:,} are allowed.",
            "Give the passages that the statement cites.",
        )
    if not any(c.text.strip() for c in cited):
        raise StatementError("there is no text to verify the statement against.", "Give the text that it cites.")
    return statement
