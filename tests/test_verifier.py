"""The verifier: verdicts with their reasons, alone, by HTTP, on the command line and as a Runnable."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import ValidationError
from typer.testing import CliRunner

from index.embed import Embedder
from index.errors import StatementError
from index.generations import Home
from qa.answer import Verdict
from qa.langchain import verifying
from qa.library import Library
from qa.script import Script
from qa.verify.cited import CitedText
from qa.verify.finding import Finding, Kind
from qa.verify.likeness import Likeness
from qa.verify.reasons import reason_of
from qa.verify.verification import MAX_STATEMENT, Verification
from qa.verify.verifier import MAX_CITED, SUPPORTED, Verifier, chance, verdict_of
from web.api import create_api
from web.forms import MAX_EVIDENCE, MAX_TEXTS
from youju.cli.main import app

TEXT = "截至2024年底，合肥集聚量子企业93家，产值超过5000亿元。武汉的同类企业约40家，产值不足800亿元。"


def verified(statement: str, text: str = TEXT) -> Verification:
    return Verifier().verify(statement, [CitedText(text)])


@pytest.mark.parametrize(
    "statement",
    ["截至2024年底，合肥集聚量子企业93家。", "合肥集聚量子企業九十三家，產值超過五千億元。", "武汉的同类企业约40家。"],
)
def test_what_is_said_there_is_supported(statement: str) -> None:
    found = verified(statement)
    assert (found.verdict, found.reasons) == (Verdict.SUPPORTED, [])
    assert SUPPORTED <= found.confidence <= 1


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("合肥集聚量子企业39家。", "所引文字里没有“39家”这个数，那里是“93家、40家”。"),
        ("武汉集聚量子企业93家。", "所引文字里“93家”说的是别的对象。"),
        ("截至2023年底，合肥集聚量子企业93家。", "所引文字说的不是“2023年”，那里是“2024”。"),
        ("苏州集聚量子企业93家。", "所引文字里没有“苏州”，那里是“合肥、武汉”。"),
        ("武漢的同類企業約40家，產值超過800億元。", "「800億元」的界限與所引文字相反。"),
    ],
)
def test_what_is_not_is_unsupported_for_a_reason(statement: str, reason: str) -> None:
    found = verified(statement)
    assert found.verdict is Verdict.UNSUPPORTED
    assert reason in found.reasons
    assert found.confidence >= 0.5


def test_a_statement_more_exact_than_its_source_is_partly_supported() -> None:
    found = verified("武汉的同类企业40家。")
    assert (found.verdict, found.reasons) == (Verdict.PARTIAL, ["所引文字没有这样确切地说“40家”。"])


def test_a_word_in_anothers_place_is_partly_supported() -> None:
    """It may mean the same: the reader of the answer is shown both."""
    found = Verifier().verify("市里将新建三座医院。", [CitedText("市里将新建三座桥梁。")])
    assert (found.verdict, found.reasons) == (Verdict.PARTIAL, ["“医院”是所引文字没有用的词，那里是“桥梁”。"])


def test_a_statement_of_other_words_is_unsupported() -> None:
    found = verified("公园的樱花开得很好，游客络绎不绝。")
    assert (found.verdict, found.reasons) == (Verdict.UNSUPPORTED, ["所引文字不足以说明这句话。"])
    assert found.confidence > 0.9


def test_a_name_in_the_context_counts_and_a_number_there_does_not() -> None:
    cited = [CitedText("全市集聚量子企业93家。", context="合肥量子产业有5000人")]
    assert Verifier().verify("合肥集聚量子企业93家。", cited).verdict is Verdict.SUPPORTED
    assert Verifier().verify("全市集聚量子企业93家，5000人。", cited).verdict is Verdict.UNSUPPORTED


def test_words_for_time_are_counted_from_the_publication() -> None:
    cited = [CitedText("今年4月，合肥集聚量子企业93家。", published="2024-05-01")]
    assert Verifier().verify("2024年4月，合肥集聚量子企业93家。", cited).verdict is Verdict.SUPPORTED
    assert Verifier().verify("2025年4月，合肥集聚量子企业93家。", cited).verdict is Verdict.UNSUPPORTED


def test_several_texts_support_together() -> None:
    cited = [CitedText("合肥集聚量子企业93家。"), CitedText("武汉集聚量子企业40家。")]
    said = "合肥集聚量子企业93家，武汉集聚量子企业40家。"
    assert Verifier().verify(said, cited).verdict is Verdict.SUPPORTED
    assert Verifier().verify(said, cited[:1]).verdict is Verdict.UNSUPPORTED


@pytest.mark.parametrize("statement", ["武汉集聚量子企业93家。", "合肥集聚量子企业40家。"])
def test_the_number_of_one_text_is_not_given_to_the_subject_of_another(statement: str) -> None:
    cited = [CitedText("合肥集聚量子企业93家。"), CitedText("武汉集聚量子企业40家。")]
    assert Verifier().verify(statement, cited).verdict is Verdict.UNSUPPORTED


def test_what_is_mild_hides_nothing_that_is_not() -> None:
    text = "上海的产值超过5000亿元，武汉的产值为800亿元。"
    found = verified("5000亿元是武汉的产值。", text)
    assert (found.verdict, found.reasons) == (Verdict.UNSUPPORTED, ["所引文字里“5000亿元”说的是别的对象。"])


def test_each_text_counts_words_for_time_from_its_own_date() -> None:
    cited = [
        CitedText("今年合肥有企业93家。", published="2023-05-01"),
        CitedText("今年合肥有企业99家。", published="2024-05-01"),
    ]
    assert Verifier().examine("2023年合肥有企业93家。", cited)[0] == []
    assert Verifier().examine("2022年合肥有企业93家。", cited)[0] == [Finding(Kind.TIME, "2022年", "2023、2024")]


def test_long_texts_are_checked_in_bounded_time() -> None:
    """Both took minutes once: rivals of a number in cubic time, and a name's pattern in exponential."""
    texts = [CitedText("水果5亿元，梨子7亿元。" * 700 + "苹果公司利润9亿元。"), CitedText("1" * 60 + "市医院成立")]
    found, _ = Verifier().examine("苹果公司利润5亿元。" + "1" * 60 + "市医院成立", texts)
    assert Finding(Kind.SUBJECT, "5亿元") in found


LIKE = Likeness(pairs=0.5, worst_clause=0.5, in_a_row=0.5, words=0.5, length=3.0, support=None)


@pytest.mark.parametrize(
    ("supported", "verdict", "confidence"),
    [
        (0.9, Verdict.SUPPORTED, 0.9),
        (SUPPORTED, Verdict.SUPPORTED, SUPPORTED),
        (SUPPORTED - 0.1, Verdict.UNSUPPORTED, 1.1 - SUPPORTED),
        (0.05, Verdict.UNSUPPORTED, 0.95),
    ],
)
def test_verdicts_by_the_chance(supported: float, verdict: Verdict, confidence: float) -> None:
    found = verdict_of([], supported, Script.SIMPLIFIED)
    assert (found.verdict, found.confidence) == (verdict, pytest.approx(confidence))


def test_a_finding_is_never_shown_as_supported() -> None:
    found = verdict_of([Finding(Kind.NUMBER, "39家")], 0.99, Script.SIMPLIFIED)
    assert (found.verdict, found.confidence) == (Verdict.UNSUPPORTED, 0.5)


def test_findings_lower_the_chance_and_likeness_raises_it() -> None:
    wrong = [Finding(Kind.NUMBER, "39家"), Finding(Kind.NAME, "苏州")]
    mild = [Finding(Kind.EXACTNESS, "40家")]
    alike = Likeness(pairs=1.0, worst_clause=1.0, in_a_row=1.0, words=1.0, length=3.0, support=None)
    assert chance(wrong, LIKE) < chance(wrong[:1], LIKE) < chance([], LIKE) == chance(mild, LIKE) < chance([], alike)


class Reader:
    """Says the same of every window, and keeps what it was shown."""

    def __init__(self, support: float) -> None:
        self.support, self.shown = support, []  # type: ignore[var-annotated]

    def pair(self, question: str, title: str, text: str) -> tuple[str, str, str]:
        self.shown.append((question, title, text))
        return question, title, text

    def read(self, pairs: list[tuple[str, str, str]]) -> list["Reader"]:
        return [self] * len(pairs)


def test_the_readers_word_counts() -> None:
    cited = [CitedText("合肥的量子企业数量居全省首位。", context="合肥量子产业")]
    sure, unsure = Reader(6.0), Reader(-6.0)
    said = "合肥量子企业数量在全省最多。"
    high = Verifier(sure).verify(said, cited)  # type: ignore[arg-type]
    low = Verifier(unsure).verify(said, cited)  # type: ignore[arg-type]
    assert (high.verdict, low.verdict) == (Verdict.SUPPORTED, Verdict.UNSUPPORTED)
    assert sure.shown == [(said, "合肥量子产业", "合肥的量子企业数量居全省首位。")]


@pytest.mark.parametrize(
    ("statement", "cited", "message"),
    [
        (" ", [CitedText("甲。")], "the statement is empty."),
        (
            "甲" * (MAX_STATEMENT + 1),
            [CitedText("甲。")],
            "the statement has 1,001 characters; at most 1,000 are allowed.",
        ),
        (
            "甲。",
            [CitedText("甲" * 60_000)] * 2,
            f"the cited texts have 120,000 characters; at most {MAX_CITED:,} are allowed.",
        ),
        ("甲。", [], "there is no text to verify the statement against."),
        ("甲。", [CitedText("\n")], "there is no text to verify the statement against."),
    ],
)
def test_what_cannot_be_verified(statement: str, cited: list[CitedText], message: str) -> None:
    with pytest.raises(StatementError) as raised:
        Verifier().verify(statement, cited)
    assert raised.value.message == message
    assert raised.value.hint


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (Script.SIMPLIFIED, "所引文字里没有“苏州”，那里是“合肥”。"),
        (Script.TRADITIONAL, "所引文字裡沒有「蘇州」，那裡是「合肥」。"),
        (Script.ENGLISH, "The cited text does not name “苏州”; there it is “合肥”."),
    ],
)
def test_reasons_in_three_languages(script: Script, words: str) -> None:
    assert reason_of(Finding(Kind.NAME, "苏州", "合肥"), script) == words


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("script", list(Script))
def test_every_kind_has_a_reason(kind: Kind, script: Script) -> None:
    assert reason_of(Finding(kind, "甲"), script)[-1] in "。."


@pytest.fixture
def client(home: Home, embedder: Embedder) -> Iterator[TestClient]:
    with TestClient(create_api(Library(home, embedder)), raise_server_exceptions=False) as client:
        yield client


def test_http_verifies_without_an_index(client: TestClient) -> None:
    response = client.post("/api/verify", json={"statement": "合肥集聚量子企业39家。", "evidence": [TEXT]})
    assert response.status_code == 200
    body = response.json()
    assert list(body) == ["verdict", "confidence", "reasons"]
    assert (body["verdict"], body["reasons"]) == ("unsupported", ["所引文字里没有“39家”这个数，那里是“93家、40家”。"])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"statement": "", "evidence": [TEXT]}, "bad_request"),
        ({"statement": " ", "evidence": [TEXT]}, "bad_statement"),
        ({"statement": "甲。", "evidence": []}, "bad_request"),
        ({"statement": "甲。", "evidence": [" "]}, "bad_statement"),
        ({"statement": "甲" * (MAX_STATEMENT + 1), "evidence": [TEXT]}, "bad_request"),
        ({"statement": "甲。", "evidence": ["甲" * (MAX_EVIDENCE + 1)]}, "bad_request"),
        ({"statement": "甲。", "evidence": ["甲。"] * (MAX_TEXTS + 1)}, "bad_request"),
        ({"statement": "甲。", "evidence": [TEXT], "more": 1}, "bad_request"),
    ],
)
def test_http_refuses_what_cannot_be_verified(client: TestClient, body: dict[str, object], code: str) -> None:
    response = client.post("/api/verify", json=body)
    assert response.status_code == 422
    assert response.json()["error"]["code"] == code
    assert response.json()["error"]["message"]


@pytest.fixture
def unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("YOUJU_READER_CHECK", "false")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    return tmp_path / "a.txt"


def test_command_line(unread: Path) -> None:
    result = CliRunner().invoke(app, ["verify", "合肥集聚量子企业39家。", "--against", str(unread)])
    assert result.exit_code == 0
    first, second = result.stdout.splitlines()
    assert first.split()[0] == "unsupported"
    assert second.strip() == "所引文字里没有“39家”这个数，那里是“93家、40家”。"


def test_command_line_in_json(unread: Path) -> None:
    result = CliRunner().invoke(app, ["verify", "合肥集聚量子企业93家。", "--against", str(unread), "--json"])
    body = json.loads(result.stdout)
    assert (body["verdict"], body["reasons"]) == ("supported", [])


def test_command_line_names_a_file_that_cannot_be_read(unread: Path) -> None:
    unread.with_suffix(".pdf").write_bytes(b"no pdf")
    result = CliRunner().invoke(app, ["verify", "甲。", "--against", str(unread.with_suffix(".pdf"))])
    assert result.exit_code == 1
    assert "a.pdf" in str(result.exception)


def test_command_line_takes_several_files(unread: Path) -> None:
    other = unread.with_name("b.txt")
    other.write_text("苏州集聚量子企业30家。", "utf-8")
    said = "合肥集聚量子企业93家，苏州集聚量子企业30家。"
    one = CliRunner().invoke(app, ["verify", said, "--against", str(unread)])
    both = CliRunner().invoke(app, ["verify", said, "--against", str(unread), "--against", str(other)])
    assert (one.stdout.split()[0], both.stdout.split()[0]) == ("unsupported", "supported")


def test_runnable() -> None:
    chain = verifying(Verifier())
    given = {"statement": "合肥集聚量子企业93家。", "evidence": [TEXT]}
    assert chain.invoke(given).verdict is Verdict.SUPPORTED
    with pytest.raises(ValidationError):
        chain.invoke({"statement": "甲。"})


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("武汉取消了购房补贴政策。", "武汉保留了购房补贴政策。"),
        ("武汉博士的购房补贴为8万元。", "武汉硕士的购房补贴为8万元。"),
        ("研发投入占利润的三成。", "研发投入占营收的三成。"),
        ("全国新增就业人口136万人。", "全省新增就业人口136万人。"),
        ("出口额同比增长5%。", "出口额环比增长5%。"),
        ("原告不服判决。", "被告不服判决。"),
        ("财政支持比例将升到15%。", "财政支持比例将降到15%。"),
        ("市农业局局长王建明出席。", "市农业局副局长王建明出席。"),
        ("基金至少可承担五成损失。", "基金最多可承担五成损失。"),
    ],
)
def test_one_word_for_its_counterpart_is_unsupported(statement: str, text: str) -> None:
    assert verified(statement, text).verdict is Verdict.UNSUPPORTED
    assert verified(text, text).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("statement", "text", "verdict"),
    [
        ("深圳的规模目标是6000亿元。", "深圳的规模目标由6000亿元提高到7500亿元。", Verdict.UNSUPPORTED),
        ("深圳的规模目标是7500亿元。", "深圳的规模目标由6000亿元提高到7500亿元。", Verdict.SUPPORTED),
        ("深圳的规模目标原为6000亿元。", "深圳的规模目标由6000亿元提高到7500亿元。", Verdict.SUPPORTED),
        ("3号线2025年9月30日开通。", "3号线由2025年9月30日推迟至2026年3月31日开通。", Verdict.UNSUPPORTED),
        ("3号线2026年3月31日开通。", "3号线由2025年9月30日推迟至2026年3月31日开通。", Verdict.SUPPORTED),
        ("青州产量比临江多5万吨。", "青州产量比临江少5万吨。", Verdict.UNSUPPORTED),
        ("台南房价比新竹高22%。", "台南房价比新竹低约22%。", Verdict.UNSUPPORTED),
    ],
)
def test_values_that_are_no_more_and_comparisons_the_other_way(statement: str, text: str, verdict: Verdict) -> None:
    assert verified(statement, text).verdict is verdict


ROW = "第一胎每月补助5000元，第二胎7000元，第三胎以上每月补助8500元。"


@pytest.mark.parametrize(
    ("statement", "text", "verdict"),
    [
        ("第二胎每月补助8500元。", ROW, Verdict.UNSUPPORTED),
        ("第一胎每月补助5000元。", ROW, Verdict.SUPPORTED),
        ("第三胎每月补助8500元。", ROW, Verdict.SUPPORTED),
        ("一房型每月租金21000元。", "一房型每月租金9800元，三房型每月租金21000元。", Verdict.UNSUPPORTED),
        ("三房型每月租金21000元。", "一房型每月租金9800元，三房型每月租金21000元。", Verdict.SUPPORTED),
    ],
)
def test_a_value_is_that_of_its_own_in_a_row(statement: str, text: str, verdict: Verdict) -> None:
    assert verified(statement, text).verdict is verdict
