"""Words mentioned in other forms."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.mentions import mentions

HAN = "[\u3400-\u9fff]"


@pytest.mark.parametrize(
    ("term", "text", "share"),
    [
        ("营收", "营业收入", 1.0),
        ("营收", "营业的收入", 0.0),
        ("工信部", "工业和信息化部", 1.0),
        ("营收", "营,收", 0.0),
        ("量子企业", "量子的企业", 1.0),
        ("ab", "a和b", 0.0),
    ],
)
def test_an_abbreviation_is_mentioned_by_its_long_form(term: str, text: str, share: float) -> None:
    assert mentions(term, text) == share


@given(
    st.text("甲乙", min_size=2, max_size=2) | st.text("甲乙丙", min_size=2, max_size=2),
    st.text("甲乙丙,a", max_size=12),
)
def test_two_characters_with_at_most_one_between(term: str, text: str) -> None:
    pattern = f"{HAN}{{0,1}}?".join(term)
    assert (mentions(term, text) == 1.0) is bool(re.search(pattern, text))
