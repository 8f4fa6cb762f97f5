"""Chinese numerals to digits."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.numerals import fold_numeral, numeral_value


def written(number: int) -> str:
    """`number`, from 11 to 9999, as Chinese prose writes it: 1003 is 一千零三, 12 is 十二."""
    digits = "零一二三四五六七八九"
    text = ""
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            text += digits[digit] + name
        elif text and not text.endswith("零"):
            text += "零"
    return text.rstrip("零").removeprefix("一") if number < 20 else text.rstrip("零")


@pytest.mark.parametrize(
    ("number", "expected"),
    [(11, "十一"), (20, "二十"), (105, "一百零五"), (110, "一百一十"), (1003, "一千零三"), (9060, "九千零六十")],
)
def test_written_is_the_usual_form(number: int, expected: str) -> None:
    assert written(number) == expected


@settings(deadline=None)
@given(st.integers(11, 9999))
def test_fold_numeral_of_a_written_number_is_its_digits(number: int) -> None:
    assert fold_numeral(written(number)) == str(number)


@settings(deadline=None)
@given(st.integers(11, 9999))
def test_numeral_value_of_a_written_number_is_the_number(number: int) -> None:
    assert numeral_value(written(number)) == number


@pytest.mark.parametrize(
    ("run", "digits"),
    [
        ("三百五十", "350"),
        ("十六", "16"),
        ("两百", "200"),
        ("两千零二十", "2020"),
        ("一千〇一", "1001"),
        ("二〇二五", "2025"),
        ("二零零八", "2008"),
        ("一九九八", "1998"),
        ("一九九〇", "1990"),
    ],
)
def test_fold_numeral_gives_digits(run: str, digits: str) -> None:
    assert fold_numeral(run) == digits


@pytest.mark.parametrize(
    "run", ["十四五", "三五", "九九六", "一二", "百", "十十", "两百五", "一百十", "三千五", "千百"]
)
def test_fold_numeral_leaves_what_is_no_number(run: str) -> None:
    assert fold_numeral(run) == run


@pytest.mark.parametrize(("run", "value"), [("一", 1), ("两", 2), ("零", 0), ("〇", 0), ("十", 10), ("五百", 500)])
def test_numeral_value_of_short_runs(run: str, value: int) -> None:
    assert numeral_value(run) == value


@pytest.mark.parametrize("run", ["", "十四五", "千", "三五", "光子"])
def test_numeral_value_of_no_number_is_none(run: str) -> None:
    assert numeral_value(run) is None
