"""Which questions of a set are asked, and in which script."""

import random
from enum import StrEnum

from opencc import OpenCC

from eval.questions import QuestionSetError, TestQuestion


class Conversion(StrEnum):
    """Ask in the other script: Simplified to Traditional, or Traditional to Simplified."""

    S2T = "s2t"
    T2S = "t2s"


def choose(
    questions: list[TestQuestion],
    *,
    tags: list[str] | None = None,
    limit: int | None = None,
    seed: int | None = None,
) -> list[TestQuestion]:
    """Those with any of the tags; of them the first `limit`, or with a seed as many at random.

    Raises QuestionSetError when no question has any of the tags.
    """
    chosen = [q for q in questions if not tags or set(tags) & set(q.tags)]
    if not chosen:
        known = sorted({tag for question in questions for tag in question.tags})
        hint = f"Known: {', '.join(known)}." if known else "The set has no tags."
        raise QuestionSetError(f"no question has the tag {' or '.join(tags or [])}.", hint)
    if limit is None or limit >= len(chosen):
        return chosen
    return chosen[:limit] if seed is None else random.Random(seed).sample(chosen, limit)


def in_script(questions: list[TestQuestion], conversion: Conversion | None) -> list[TestQuestion]:
    """The questions, and the conversations before them, in that script; gold answers stay as they are."""
    if conversion is None:
        return questions
    convert = OpenCC(conversion.value).convert
    return [
        question.model_copy(
            update={
                "question": convert(question.question),
                "history": [turn.model_copy(update={"content": convert(turn.content)}) for turn in question.history],
            }
        )
        for question in questions
    ]
