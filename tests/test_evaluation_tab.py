"""The evaluation tab in a real browser: a set is run, its figures are shown, a failure opens in the chat."""

import json
from collections.abc import Callable
from pathlib import Path

import httpx
from playwright.sync_api import Page, expect
from site_server import Site

QUESTIONS = (
    {
        "id": "1",
        "question": "合肥2027年量子企业有多少家？",
        "answers": [["150家"]],
        "gold": ["hefei.txt"],
        "tags": ["数"],
    },
    {
        "id": "2",
        "question": "合肥2027年量子企业达到多少家？",
        "answers": [["900家"]],
        "gold": ["hefei.txt"],
        "tags": ["数"],
    },
    {"id": "3", "question": "蘇州2030年的產值是多少？", "answerable": False},
)


def test_a_set_is_run_and_a_failure_opens_in_the_chat(visit: Callable[..., Page], site: Site, tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    path.write_text("\n".join(json.dumps(q, ensure_ascii=False) for q in QUESTIONS), "utf-8")
    page = visit()
    page.get_by_role("tab", name="评测").click()
    page.locator("input[type=file]:not(.yj-files, .yj-folder)").set_input_files(path)
    page.wait_for_function("[...document.querySelectorAll('input')].some(i => i.value === 'own.jsonl')")
    page.get_by_role("button", name="开始").click()
    page.get_by_text("own：3 / 3").wait_for(timeout=60_000)
    rows = page.locator(".youju-figures tbody tr")
    assert [rows.nth(n).locator("th").inner_text() for n in range(rows.count())] == ["all", "数"]
    assert rows.nth(0).locator("td").nth(1).inner_text().startswith("66.7 %")
    assert page.locator(".youju-plots svg").count() == 4
    report = page.get_by_role("link", name="完整报告").get_attribute("href")
    assert report is not None
    answered = page.request.get(site.url + report.removeprefix("../"))
    assert answered.status == 200
    assert "own" in answered.text()
    page.locator("[role=gridcell]", has_text="没答对").first.click()
    expect(page.locator(".yj-question")).to_contain_text("合肥2027年量子企业达到多少家？")
    expect(page.locator(".yj-said")).to_contain_text("150家")


def test_a_bad_set_is_refused_with_its_line(visit: Callable[..., Page], site: Site, tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"id": "1"}\n', "utf-8")
    page = visit()
    page.get_by_role("tab", name="评测").click()
    page.locator("input[type=file]:not(.yj-files, .yj-folder)").set_input_files(path)
    page.wait_for_function("[...document.querySelectorAll('input')].some(i => i.value === 'bad.jsonl')")
    page.get_by_role("button", name="开始").click()
    expect(page.get_by_text("line 1: question: Field required")).to_be_visible(timeout=30_000)


def test_reports_of_runs_that_do_not_exist_are_not_found(site: Site) -> None:
    for name in ("none", "..%2F..", "%2e%2e"):
        assert httpx.get(f"{site.url}runs/{name}/report.html").status_code == 404
