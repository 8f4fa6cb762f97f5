"""The report: the numbers of its plots, marked evidence, escaping, and that it stands alone."""

import base64
import hashlib
import math
import re
from html import unescape
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import pytest
from records import answer, failed, gold, question, ranking, record_of, refusal, refused, right, sentence, wrong

from eval.metrics.figures import Figures, figures
from eval.questions import GoldEvidence
from eval.record import GoldSpan, RankedSentence, Record
from eval.report import page, plots, render, series, tables
from eval.report.cases import Piece, case_of, pieces, shortened, web_address
from eval.run_folder import RunInfo, RunSettings
from eval.targets import TargetInfo
from qa.answer import Citation, Turn, Verdict

HOSTILE = "<script>alert('&')</script>\"'><img src=x onerror=alert(1)>"


def info(count: int = 1, **known: Any) -> RunInfo:
    target = TargetInfo(where="here", embedder="e", index="i", articles=1234)
    settings = RunSettings(name="set", questions="0" * 64, count=count, target=target, **known)
    return RunInfo(
        settings=settings, settings_hash=settings.hash, started="2026-11-22T08:55:05+08:00", workers=1, threshold=0.3,
        versions={"python": "3.11"}, machine={"cores": "2"},
    )  # fmt: skip


def report(*records: Record, count: int | None = None) -> str:
    return render(info(len(records) if count is None else count), figures(list(records), resamples=2), list(records))


def citation(quote: str, *, article: str = "a", start: int = 0, **known: Any) -> Citation:
    plain = {"number": 1, "article_id": article, "version": 1, "title": "题", "source": "报", "published": "2024-01-02",
             "url": "", "start": start, "end": start + len(quote), "quote": quote, "score": 1.0}  # fmt: skip
    return Citation(**{**plain, **known})


def with_confidence(key: str, confidence: float, *, answerable: bool) -> Record:
    """Refused below the threshold of `info`, else answered."""
    said = answer("话", confidence=confidence) if confidence >= 0.3 else refusal(confidence=confidence)
    return record_of(question(key, answerable=answerable), said)


def ranked(key: str, fused: str, dense: str | None = None) -> Record:
    """A question whose gold article is g."""
    legs = {"fused": ranking(fused), "dense": None if dense is None else ranking(dense)}
    return record_of(question(key, gold=["g"]), answer("话"), **legs)


# --- The numbers of the plots


def test_ranks_count_the_first_gold_article_of_each_leg() -> None:
    deep = " ".join(f"x{n}" for n in range(9)) + " g"
    records = [ranked("a", "g x", "x g"), ranked("b", "g", "x"), ranked("c", deep), ranked("d", "")]
    found = series.ranks(records)
    assert found is not None
    assert found.counts == {
        "fusion": [2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1],
        "dense": [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1],
    }
    assert found.shares("dense") == [0, 0.5, 0, 0, 0, 0, 0, 0, 0, 0, 0.5]


def test_ranks_pass_over_what_retrieval_is_not_measured_on() -> None:
    others = [failed("a", gold=["g"]), refused("b", answerable=False, gold=["g"]), right("c")]
    assert series.ranks(others) is None


def test_refusal_curve_has_a_point_for_each_confidence() -> None:
    answerable = [with_confidence(f"a{n}", c, answerable=True) for n, c in enumerate((0.0, 0.2, 0.5, 0.9))]
    unanswerable = [with_confidence(f"u{n}", c, answerable=False) for n, c in enumerate((0.0, 0.0, 0.2, 0.4))]
    curve = series.refusals(0.3, [*answerable, *unanswerable, failed("e")])
    assert curve is not None
    assert [(p.threshold, p.answerable, p.unanswerable) for p in curve.points] == [
        (0.2, 0.25, 0.5),  # what the gates refuse, at any threshold
        (0.4, 0.5, 0.75),
        (0.5, 0.5, 1.0),
        (0.9, 0.75, 1.0),
        (1.0, 1.0, 1.0),
    ]
    assert (curve.answerable, curve.unanswerable) == (4, 4)
    assert curve.present == series.RefusalPoint(0.3, 0.5, 0.75)
    assert curve.measured == curve.present


def test_refusal_curve_shows_a_run_that_does_not_go_by_the_threshold() -> None:
    said = record_of(question("a"), answer("话", confidence=0.1))
    not_said = record_of(question("u", answerable=False), refusal(confidence=0.8))
    curve = series.refusals(0.3, [said, not_said])
    assert curve is not None
    assert (curve.present.answerable, curve.present.unanswerable) == (1.0, 0.0)
    assert (curve.measured.answerable, curve.measured.unanswerable) == (0.0, 1.0)


def test_refusal_curve_with_confidences_of_0_and_1_alone() -> None:
    records = [with_confidence("a", 1.0, answerable=True), with_confidence("u", 0.0, answerable=False)]
    curve = series.refusals(0.3, records)
    assert curve is not None
    assert curve.points == [series.RefusalPoint(1.0, 0.0, 1.0)]


@pytest.mark.parametrize("answerable", [True, False])
def test_refusal_curve_needs_both_kinds(answerable: bool) -> None:
    records = [with_confidence("q", 0.5, answerable=answerable), failed("e", answerable=not answerable)]
    assert series.refusals(0.3, records) is None


def test_reliability_compares_confidence_with_what_is_right() -> None:
    given = [("话", 0.31), ("别的", 0.39), ("话", 0.95), ("话", 1.0)]
    records = [
        record_of(question(str(n), answers=[[gold]]), answer("话", confidence=c)) for n, (gold, c) in enumerate(given)
    ]
    records.append(record_of(question("u", answerable=False), answer("话", confidence=0.92)))
    records.append(record_of(question("n", answers=[["话"]]), refusal(confidence=0.8)))
    records.append(record_of(question("o"), answer("话", confidence=0.5)))
    found = series.reliability([*records, failed("e")])
    assert found is not None
    assert found.confidences == pytest.approx([0.35, (0.95 + 1.0 + 0.92) / 3])
    assert found.shares == pytest.approx([0.5, 2 / 3])
    assert found.counts == [2, 3]
    assert found.error == pytest.approx((2 * 0.15 + 3 * (2.87 / 3 - 2 / 3)) / 5)


def test_reliability_needs_answers_that_are_judged() -> None:
    assert series.reliability([refused("u", answerable=False), failed("e")]) is None


def test_times_are_those_of_answered_questions() -> None:
    records = [record_of(question(str(ms)), answer("话"), ask_ms=ms) for ms in (100.0, 200.0, 300.0)]
    found = series.times([*records, failed("e")])
    assert found is not None
    assert (sum(found.counts), found.edges[0], found.edges[-1]) == (3, 100, 300)
    assert (found.median, found.percentile_95, found.log) == (200, 290, False)


def test_times_far_apart_are_counted_in_logarithmic_steps() -> None:
    records = [record_of(question(str(ms)), answer("话"), ask_ms=ms) for ms in (10.0, 100.0, 1000.0)]
    found = series.times(records)
    assert found is not None
    assert found.log
    assert found.edges[0] == pytest.approx(10)
    assert found.edges[series.BINS // 2] == pytest.approx(100)
    assert (found.counts[0], found.counts[series.BINS // 2], found.counts[-1]) == (1, 1, 1)
    steps = [math.log10(b / a) for a, b in pairwise(found.edges)]
    assert steps == pytest.approx([2 / series.BINS] * series.BINS)


# --- The drawings


def drawings() -> list[str]:
    records = [ranked("a", "g", "x g"), ranked("b", "x"), refused("u", answerable=False)]
    drawn = [plots.rank_distribution(records), plots.refusal_curve(0.3, records),
             plots.reliability([record_of(question("c", answers=[["话"]]), answer("话"))]), plots.latency(records)]  # fmt: skip
    return [svg for svg in drawn if svg is not None]


def test_drawings_stand_inside_a_page() -> None:
    drawn = drawings()
    assert len(drawn) == 4
    for svg in drawn:
        ElementTree.fromstring(svg)
        assert svg.startswith("<svg viewBox=")
        assert "<metadata" not in svg
        assert "<style" not in svg
        assert "<text" in svg
        assert "#f000" not in svg  # no colour is left as it was drawn
        assert set(re.findall(r'href="([^"])', svg)) <= {"#"}


def test_drawings_share_no_ids() -> None:
    ids = [name for svg in drawings() for name in set(re.findall(r' id="([^"]*)"', svg))]
    assert len(ids) == len(set(ids))


def test_nothing_is_drawn_of_nothing() -> None:
    records = [failed()]
    assert plots.rank_distribution(records) is None
    assert plots.refusal_curve(0.3, records) is None
    assert plots.reliability(records) is None
    assert plots.latency(records) is None


# --- Marked evidence


@pytest.mark.parametrize(
    ("spans", "marked"),
    [
        ([], "甲乙丙丁戊"),
        ([(11, 13)], "甲[乙丙]丁戊"),
        ([(11, 13), (12, 14)], "甲[乙丙丁]戊"),
        ([(11, 12), (12, 13)], "甲[乙丙]丁戊"),
        ([(13, 14), (11, 12)], "甲[乙]丙[丁]戊"),
        ([(0, 11)], "[甲]乙丙丁戊"),
        ([(14, 99)], "甲乙丙丁[戊]"),
        ([(0, 99)], "[甲乙丙丁戊]"),
        ([(0, 10), (15, 20)], "甲乙丙丁戊"),
        ([(12, 12)], "甲乙丙丁戊"),
    ],
)
def test_gold_is_marked_by_offsets(spans: list[tuple[int, int]], marked: str) -> None:
    found = pieces("甲乙丙丁戊", 10, spans)
    assert "".join(f"[{p.text}]" if p.gold else p.text for p in found) == marked
    assert all(a.gold != b.gold for a, b in pairwise(found))


def test_nothing_is_marked_in_an_empty_quote() -> None:
    assert pieces("", 10, [(0, 20)]) == []


def test_only_gold_of_the_cited_article_is_marked() -> None:
    said = answer("话", citations=[citation("甲乙丙", start=5)])
    record = record_of(question(), said, gold=[gold("b", 5, 7), gold("a", 6, 7)])
    details = case_of(record, detailed=True).details
    assert details is not None
    assert details.cited[0].pieces == [Piece("甲", False), Piece("乙", True), Piece("丙", False)]
    assert "甲<mark>乙</mark>丙" in report(record)


def test_gold_that_is_not_cited_is_told_with_its_words() -> None:
    evidence = [GoldEvidence(article="a", quote=q) for q in ("甲乙丙丁", "无处", "戊己", "庚")]
    said = answer("话", citations=[citation("丙丁戊己", start=2)])
    located = [
        GoldSpan(article_id="a", start=0, end=4, quote="甲乙丙丁", sentences=[]),
        GoldSpan(article_id="a", start=4, end=6, quote="戊己", sentences=[]),
        GoldSpan(article_id="b", start=2, end=3, quote="庚", sentences=[]),
    ]
    record = record_of(question(evidence=evidence), said, gold=located, unlocated=[evidence[1]])
    details = case_of(record, detailed=True).details
    assert details is not None
    assert [(m.quote, m.place, m.state) for m in details.missed] == [
        ("甲乙丙丁", "a [0, 4)", "2 of 4 characters cited"),
        ("庚", "b [2, 3)", "not cited"),
        ("无处", "a", "not found in the indexed articles"),
    ]


# --- One question


def test_a_question_with_everything_to_know_of_it() -> None:
    asked = question(
        "q", answers=[["5000亿", "0.5万亿"], ["上海"]], forbidden=["6000亿", "苏州"], tags=["t", "u"],
        evidence=[GoldEvidence(article="a", quote="甲")], history=[Turn(role="user", content="先问")] * 8,
    )  # fmt: skip
    said = answer(
        sentence("规模为5000亿元，不是6000亿。"), sentence("或许。", verdict=Verdict.PARTIAL, citations=[]),
        confidence=0.5, standalone_question="先问 规模是多少？", warnings=["当心"],
    )  # fmt: skip
    sentences = [RankedSentence(article_id="a", start=0, end=1, score=2.5, title="题", quote="甲"),
                 RankedSentence(article_id="a", start=1, end=2, score=1.25, title="题", quote="乙")]  # fmt: skip
    fused = ranking("x a").model_copy(update={"sentences": sentences})
    record = record_of(asked, said, fused=fused, dense=ranking("x"), gold=[gold("a", 0, 1)], ask_ms=1234.5)
    case = case_of(record, detailed=True)
    details = case.details
    assert (case.status, case.confidence, case.tags) == ("answered", "0.50", "t, u")
    assert details is not None
    assert [(w.text, w.said) for w in details.parts] == [("5000亿 / 0.5万亿", True), ("上海", False)]
    assert [(w.text, w.said) for w in details.forbidden] == [("6000亿", True), ("苏州", False)]
    assert [(s.numbers, s.note) for s in details.said] == [([1], ""), ([], "partial")]
    assert (len(details.history), details.earlier, details.read_as) == (6, 2, "先问 规模是多少？")
    assert [(f.quote, f.score, f.gold) for f in details.found] == [("甲", "2.500", True), ("乙", "1.250", False)]
    assert details.ranks == "fusion 2, dense not among the first 10"
    assert details.facts == "answered · confidence 0.500 · 1,234 ms"


def test_an_error_is_shown_with_its_message() -> None:
    case = case_of(failed(), detailed=True)
    assert (case.status, case.error, case.said, case.confidence) == ("error", "boom", "", "")
    assert '<dd class="bad">boom</dd>' in report(failed())


def test_a_line_has_no_details() -> None:
    assert case_of(right(), detailed=False).details is None


def test_shortening_keeps_one_line() -> None:
    assert shortened("甲\n 乙", 3) == "甲 乙"
    assert shortened("甲乙丙丁", 3) == "甲乙…"


@pytest.mark.parametrize("url", ["http://a.example/1?b=c", "https://a.example", "HTTPS://a.example"])
def test_addresses_of_the_web_are_links(url: str) -> None:
    assert web_address(url) == url


@pytest.mark.parametrize(
    "url", ["", "javascript:alert(1)", " javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//a.example",
            "http:", "https:javascript", "a.example", "http://["],
)  # fmt: skip
def test_other_addresses_are_not(url: str) -> None:
    assert web_address(url) == ""


# --- Tables


def test_the_best_leg_is_marked_unless_all_are_alike() -> None:
    records = [ranked("a", "g", "x g"), ranked("b", "x g", "x g")]
    (matrix,) = tables.matrices(figures(records, resamples=2))
    assert (matrix.title, [(leg, count) for leg, count, _ in matrix.rows]) == (
        "Articles",
        [("fusion", 2), ("dense", 2)],
    )
    marked = {
        leg: [name for name, cell in zip(matrix.measures, cells, strict=True) if cell and cell.best]
        for leg, _, cells in matrix.rows
    }
    assert marked == {"fusion": ["hit@1", "mrr@10", "ndcg@10"], "dense": []}


def test_tags_stand_under_all_questions() -> None:
    table = tables.by_tag(figures([right("a", tags=["Z"]), wrong("b", tags=["Z", "aa"])], resamples=2))
    assert [(row.tag, row.questions) for row in table.rows] == [("all", 2), ("Z", 2), ("aa", 1)]
    at = table.names.index("answer.right")
    cells = [row.cells[at] for row in table.rows]
    assert [cell and cell.value for cell in cells] == ["50.0 %", "50.0 %", "0.0 %"]
    assert [cell and cell.interval for cell in cells][2] == ""


def test_every_figure_is_in_one_place() -> None:
    found = figures([ranked("a", "g", "x g"), right("b"), refused("u", answerable=False)], resamples=2)
    names = [tile.name for tile in tables.tiles(found)] + [row.name for row in tables.others(found)]
    assert len(names) == len(set(names))
    in_matrices = {name for name in found.figures["all"] if name not in names}
    assert in_matrices == {
        f"article.{leg}{m}" for leg in ("", "dense.") for m in tables.MEASURES if (leg, m) != ("", "hit@1")
    }


# --- The page


def test_the_page_has_its_parts_in_order() -> None:
    html = report(right("a", tags=["t"]), wrong("b"), refused("u", answerable=False), refused("r", answerable=True))
    assert re.findall(r'<h2 id="([^"]*)"', html) == [
        "by-tag", "retrieval", "other-figures", "plots", "failures", "others", "run",
    ]  # fmt: skip
    assert re.findall(r"<h3>([^<]*) <span", html) == ["Not right", "Wrongly refused"]
    assert '<h2 id="others">All other questions <span class="count">2</span>' in html
    levels = [int(level) for level in re.findall(r"<h(\d)", html)]
    assert all(b <= a + 1 for a, b in zip([0, *levels], levels, strict=False))
    assert "2026-11-22 00:55 UTC · 4 of 4 questions asked · 1,234 articles" in html
    assert 'role="note"' not in html


def test_notices_tell_what_spoils_the_figures() -> None:
    unlocated = record_of(
        question("a"),
        answer("话"),
        unlocated=[GoldEvidence(article="a", quote=q) for q in "甲乙"],
        spans_checked=3,
        spans_exact=2,
    )
    html = report(unlocated, failed("b"), count=1000)
    assert re.findall(r'role="note">([^<]*)<', html) == [
        "Not complete: 2 of 1,000 questions were asked, and the figures are of those.",
        "Ended in an error: 1 question. They count as not right and not found; "
        "the figures of refusals of answerable questions and of time leave them out.",
        "2 gold quotes of 1 question could not be found in the indexed articles, "
        "so the figures of evidence and citations leave them out.",
        "Spans that do not equal the article&#39;s text at their place: 1 of 3.",
    ]


def test_everything_from_outside_is_escaped() -> None:
    asked = question(
        HOSTILE, question=HOSTILE, tags=[HOSTILE], answers=[[HOSTILE]], reference=HOSTILE, forbidden=[HOSTILE],
        history=[Turn(role="user", content=HOSTILE)], evidence=[GoldEvidence(article=HOSTILE, quote=HOSTILE)],
    )  # fmt: skip
    cited = citation(HOSTILE, article=HOSTILE, title=HOSTILE, source=HOSTILE, published=HOSTILE,
                     url=f"https://a.example/{HOSTILE}")  # fmt: skip
    said = answer(HOSTILE, citations=[cited], warnings=[HOSTILE], model=HOSTILE, standalone_question=HOSTILE + "x")
    found = RankedSentence(article_id=HOSTILE, start=0, end=9, score=1, title=HOSTILE, quote=HOSTILE)
    fused = ranking(HOSTILE).model_copy(update={"sentences": [found]})
    record = record_of(
        asked, said, fused=fused, gold=[gold(HOSTILE, 2, 5)], unlocated=[GoldEvidence(article="x", quote=HOSTILE)]
    )
    error = Record(question=question("e", question=HOSTILE), error=HOSTILE)
    about = info(2, tags=[HOSTILE], script=HOSTILE)
    about.settings.name = about.settings.target.where = about.started = HOSTILE
    about.machine = about.versions = {HOSTILE: HOSTILE}
    html = render(about, figures([record, error], resamples=2), [record, error])
    assert html.count("<script") == html.count("</script>") == 1
    assert "<img" not in html
    assert html.count("&lt;script&gt;") > 20
    attributes = re.findall(r'="([^"]*)"', html)
    assert any(HOSTILE in unescape(value) for value in attributes)  # the tags of the filter: quotes do not end them


def test_the_page_needs_nothing_from_elsewhere() -> None:
    urls = ["https://a.example/1", "javascript:alert(1)"]
    cited = [citation("甲", title=f"题{number}", url=url, number=number) for number, url in enumerate(urls, start=1)]
    html = report(record_of(question("a", gold=["g"]), answer("话", citations=cited)), refused("u", answerable=False))
    assert re.findall(r"<a [^>]*https?:[^>]*>", html) == ['<a href="https://a.example/1" rel="noreferrer" lang="zh">']
    assert html.count("http://") + html.count("https://") == 1
    assert "javascript:" not in html
    assert not re.search(r"<(?:link|img|iframe|object|embed|base)\b|@import|\bsrc=|url\((?!#)", html)
    outside = [target for target in re.findall(r'href="([^"]*)"', html) if not target.startswith("#")]
    assert outside == ["https://a.example/1"]


def test_links_of_the_page_lead_somewhere() -> None:
    html = report(right("a"), wrong("b"), refused("u", answerable=False))
    assert set(re.findall(r'href="#([^"]*)"', html)) <= set(re.findall(r' id="([^"]*)"', html))


def test_the_script_is_the_one_that_the_policy_allows() -> None:
    html = report(right())
    (script,) = re.findall(r"<script>(.*?)</script>", html, flags=re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}';" in html


def test_the_same_run_gives_the_same_page_in_any_order() -> None:
    records = [ranked("a", "g", "x g"), ranked("b", "x"), refused("u", answerable=False), wrong("w")]
    measured = figures(records, resamples=2)
    assert render(info(4), measured, records) == render(info(4), measured, records[::-1])


def test_a_run_of_errors_alone() -> None:
    html = report(failed("a"), failed("b"))
    for told in ("retrieval is not measured", "no answerable question with known gold articles was answered",
                 "it needs both answerable and unanswerable", "Left out: no question was answered",
                 "There are none."):  # fmt: skip
        assert told in html


def test_a_run_without_answerable_questions() -> None:
    html = report(refused("u", answerable=False))
    assert "it needs both answerable and unanswerable" in html
    assert "Nothing went wrong." in html


def test_a_run_of_no_questions() -> None:
    html = render(info(3), Figures(questions={}, figures={}), [])
    assert "Not complete: 0 of 3 questions were asked" in html


def test_many_questions_are_a_line_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "DETAILED_FAILURES", 2)
    monkeypatch.setattr(page, "DETAILED_OTHERS", 1)
    html = report(*(wrong(f"w{n}") for n in range(5)), *(right(f"r{n}") for n in range(3)))
    assert len(re.findall(r'<details class="q"', html)) == 3
    assert re.findall(r'<div class="q"[^>]*>\s*<span class="id">(\w+)<', html) == ["w2", "w3", "w4", "r1", "r2"]
    assert "The first 2 have details; the other 3 are a line each" in html
    assert "The first 1 have details; the other 2 are a line each" in html
