"""Which questions are asked, and in which script."""

import pytest
from records import question

from eval.choose import Conversion, choose, in_script
from eval.questions import QuestionSetError, TestQuestion
from qa.answer import Turn

SET = [question(str(i), tags=[("even", "odd")[i % 2], *["three"] * (i % 3 == 0)]) for i in range(1, 9)]


def ids(chosen: list[TestQuestion]) -> str:
    return "".join(q.id for q in chosen)


@pytest.mark.parametrize(
    ("tags", "chosen"),
    [
        (None, "12345678"),
        ([], "12345678"),
        (["even"], "2468"),
        (["three"], "36"),
        (["three", "even"], "23468"),  # any of them
        (["three", "no such"], "36"),
    ],
)
def test_choose_by_tags(tags: list[str] | None, chosen: str) -> None:
    assert ids(choose(SET, tags=tags)) == chosen


@pytest.mark.parametrize("limit", [8, 9, None])
@pytest.mark.parametrize("seed", [None, 1])
def test_choose_all_in_their_order(limit: int | None, seed: int | None) -> None:
    assert choose(SET, limit=limit, seed=seed) == SET


@pytest.mark.parametrize(("limit", "chosen"), [(1, "1"), (3, "123"), (0, "")])
def test_choose_the_first(limit: int, chosen: str) -> None:
    assert ids(choose(SET, limit=limit)) == chosen


def test_choose_limit_counts_after_the_tags() -> None:
    assert ids(choose(SET, tags=["even"], limit=2)) == "24"


def test_choose_at_random_is_a_sample_that_the_seed_gives_again() -> None:
    sample = choose(SET, limit=5, seed=1)
    assert choose(SET, limit=5, seed=1) == sample
    assert len({q.id for q in sample}) == 5
    assert {ids(choose(SET, limit=5, seed=seed)) for seed in range(5)} != {ids(sample)}


def test_choose_seed_0_is_a_seed() -> None:
    assert ids(choose(SET, limit=5, seed=0)) != ids(choose(SET, limit=5))


def test_choose_at_random_keeps_to_the_tags() -> None:
    assert {q.id for seed in range(20) for q in choose(SET, tags=["even"], limit=3, seed=seed)} == set("2468")


def test_choose_at_random_reaches_every_question() -> None:
    assert set("".join(ids(choose(SET, limit=2, seed=seed)) for seed in range(50))) == set("12345678")


def test_choose_unknown_tag_names_the_known_ones() -> None:
    with pytest.raises(QuestionSetError) as error:
        choose(SET, tags=["law", "tax"])
    assert str(error.value) == "no question has the tag law or tax. Known: even, odd, three."


def test_choose_tag_of_a_set_without_tags() -> None:
    with pytest.raises(QuestionSetError) as error:
        choose([question()], tags=["law"])
    assert "Known: ." not in str(error.value)


SIMPLIFIED = question(
    question="云计算产业的规模是多少？", history=[Turn(role="user", content="发展如何？"), Turn(role="assistant", content="头发")],
    answers=[["规模"]], reference="产业", forbidden=["亿元"], evidence=[{"article": "云", "quote": "云计算"}], gold=["产业"],
    tags=["云"],
)  # fmt: skip
TRADITIONAL = SIMPLIFIED.model_copy(
    update={
        "question": "雲計算產業的規模是多少？",
        "history": [Turn(role="user", content="發展如何？"), Turn(role="assistant", content="頭髮")],
    }
)


def test_in_script_turns_the_question_and_its_conversation_and_leaves_the_gold() -> None:
    assert in_script([SIMPLIFIED], Conversion.S2T) == [TRADITIONAL]
    assert in_script([TRADITIONAL], Conversion.T2S) == [SIMPLIFIED]


def test_in_script_does_not_change_the_questions_given() -> None:
    before = SIMPLIFIED.model_copy(deep=True)
    in_script([SIMPLIFIED], Conversion.S2T)
    assert before == SIMPLIFIED


@pytest.mark.parametrize("conversion", [None, Conversion.T2S])
def test_in_script_of_what_is_in_it_already(conversion: Conversion | None) -> None:
    assert in_script([SIMPLIFIED, *SET], conversion) == [SIMPLIFIED, *SET]
