"""The chat in a real browser: ask, look at the cited characters in their place, and check that they are those."""

from collections.abc import Callable

from playwright.sync_api import Page, expect
from site_server import Site

Visit = Callable[..., Page]
QUOTE = "合肥到2027年量子企業增加到150家。"


def test_a_traditional_article_is_cited_in_place_for_a_simplified_question(visit: Visit, site: Site) -> None:
    page = visit()
    exchange = site.ask(page, "合肥2027年量子企业有多少家？")
    expect(exchange.locator(".yj-said")).to_have_text("合肥到2027年量子企业增加到150家。")
    marked = page.locator("#yj-source mark")
    expect(marked).to_have_text(QUOTE)
    cited = page.request.post(site.url + "api/ask", data={"question": "合肥2027年量子企业有多少家？"}).json()[
        "citations"
    ][0]
    text = page.request.get(site.url + "api/articles/hefei.txt").json()["text"]
    assert text[cited["start"] : cited["end"]] == marked.inner_text()
    assert page.locator("#yj-source b").count() == 0
    expect(page.locator("#yj-source .youju-article")).to_contain_text("<b>粗</b>")


def test_hovering_and_focus_show_the_quote_with_its_source(visit: Visit, site: Site) -> None:
    page = visit()
    number = site.ask(page, "合肥2027年量子企业有多少家？").locator(".yj-cite")
    card = page.locator("#yj-hover")
    expect(card).to_be_hidden()
    number.hover()
    expect(card).to_be_visible()
    assert card.inner_text().split("\n") == ["合肥量子計畫", "測試日報 · 2024-05-01", QUOTE]
    page.mouse.move(5, 5)
    expect(card).to_be_hidden()


def test_sources_are_stepped_through(visit: Visit, site: Site) -> None:
    page = visit()
    exchange = site.ask(page, "西安航天基地共有多少家航天企业？")
    numbers = exchange.locator(".yj-cite")
    expect(numbers).to_have_count(2)
    heading = page.locator("#yj-source h2")
    numbers.nth(1).click()
    second = exchange.locator(".yj-source").nth(1).inner_text().split("\n")[-1].split(" · ")[0]
    expect(heading).to_have_text(second)
    expect(numbers.nth(1)).to_have_attribute("aria-current", "true")
    page.get_by_role("button", name="下一处引用").click()
    expect(heading).not_to_have_text(second)
    expect(numbers.nth(0)).to_have_attribute("aria-current", "true")
    page.get_by_role("button", name="上一处引用").click()
    expect(heading).to_have_text(second)
    page.get_by_role("button", name="关闭原文").click()
    expect(page.locator("#yj-source .yj-panel")).to_be_hidden()


def test_articles_that_do_not_agree_stand_side_by_side(visit: Visit, site: Site) -> None:
    exchange = site.ask(visit(), "西安航天基地共有多少家航天企业？")
    expect(exchange.locator(".yj-status")).to_have_text("文章的说法不一致")
    cards = exchange.locator(".yj-card")
    expect(cards).to_have_count(2)
    told = sorted(card.inner_text() for card in cards.all())
    assert ["2024-06-01" in told[0], "甲报" in told[0], "120家" in told[0]] == [True] * 3
    assert ["2024-06-02" in told[1], "乙报" in told[1], "95家" in told[1]] == [True] * 3
    left, right = (card.bounding_box() for card in cards.all())
    assert left is not None
    assert right is not None
    assert left["y"] == right["y"]


def test_a_newer_value_comes_first_and_the_older_is_named_so(visit: Visit, site: Site) -> None:
    exchange = site.ask(visit(), "武汉光谷2030年激光产值目标是多少？")
    expect(exchange.locator(".yj-status")).to_have_text("有更新的说法")
    cards = exchange.locator(".yj-card")
    assert [card.get_attribute("data-kind") for card in cards.all()] == ["newer", "older"]
    expect(cards.nth(0)).to_contain_text("2600亿元")
    expect(cards.nth(0)).to_contain_text("较新")
    expect(cards.nth(1)).to_contain_text("此前")


def test_a_refusal_looks_like_one_and_marks_nothing(visit: Visit, site: Site) -> None:
    page = visit()
    exchange = site.ask(page, "蘇州2030年的產值是多少？")
    expect(exchange.locator(".yj-status")).to_have_text("文章没有回答")
    expect(exchange.locator(".yj-refusal")).to_contain_text("這些文章裡沒有找到答案。")
    assert exchange.locator(".yj-answer > .yj-sentence").count() == 0


def test_a_follow_up_goes_on_from_the_conversation(visit: Visit, site: Site) -> None:
    page = visit()
    site.ask(page, "合肥2027年量子企业有多少家？")
    exchange = site.ask(page, "那量子基金有多少亿元呢？")
    expect(exchange.locator(".yj-said")).to_contain_text("合肥设立30亿元的量子基金。")
    exchange.get_by_text("怎么找到的").click()
    expect(exchange.locator(".yj-found dd").first).to_contain_text("合肥")
    rows = exchange.locator(".yj-found tbody tr")
    expect(rows.filter(has_text="30億元")).to_contain_text("已引用")
    ranks = rows.filter(has_text="30億元").locator("td")
    assert ranks.nth(3).inner_text().isdigit()
    assert ranks.nth(4).inner_text().isdigit()


def test_what_cannot_be_asked_stays_in_the_box(visit: Visit) -> None:
    page = visit()
    page.get_by_role("button", name="提问").click()
    expect(page.get_by_text("请先写一个问题。")).to_be_visible()
    page.fill("#yj-question textarea", "长" * 2001)
    page.keyboard.press("Enter")
    expect(page.get_by_text("问题有 2001 个字，最多 2000 个")).to_be_visible()
    assert page.input_value("#yj-question textarea") == "长" * 2001
    expect(page.locator(".yj-exchange")).to_have_count(0)


def test_filters_are_kept_to_and_a_bad_day_is_named(visit: Visit, site: Site) -> None:
    page = visit()
    page.get_by_role("button", name="筛选").click()
    page.get_by_label("不早于").fill("2024年6月2日")
    exchange = site.ask(page, "西安航天基地共有多少家航天企业？")
    expect(exchange.locator(".yj-said")).to_have_text(["西安航天基地共有航天企业95家。"])
    page.get_by_label("不早于").fill("昨天")
    page.fill("#yj-question textarea", "合肥呢？")
    page.keyboard.press("Enter")
    expect(page.get_by_text("“昨天”不是日期")).to_be_visible()
    assert page.input_value("#yj-question textarea") == "合肥呢？"


def test_suggested_questions_are_answered(visit: Visit) -> None:
    page = visit()
    first = page.locator(".yj-suggestion").first
    question = first.inner_text()
    first.click()
    exchange = page.locator(".yj-exchange").first
    expect(exchange.locator("[aria-busy=false]")).to_have_attribute("data-status", "answered")
    expect(exchange.locator(".yj-question")).to_contain_text(question)


def test_code_in_articles_titles_and_questions_is_text(visit: Visit, site: Site) -> None:
    page = visit()
    bad = '长春玻璃厂有工人多少人？<img src=x onerror="window.hacked=1">[x](javascript:window.hacked=1)'
    exchange = site.ask(page, bad)
    expect(exchange.locator(".yj-question")).to_contain_text(bad)
    expect(exchange.locator(".yj-said")).to_contain_text(
        "[链接](javascript:window.hacked=1)`${window.hacked=1}`{{constructor}}"
    )
    exchange.locator(".yj-cite").first.hover()
    expect(page.locator("#yj-hover")).to_contain_text("<img src=x onerror=")
    exchange.locator(".yj-cite").first.click()
    expect(page.locator("#yj-source mark")).to_contain_text("<img src=x")
    exchange.get_by_text("怎么找到的").click()
    expect(exchange.locator(".yj-found tbody tr").first).to_be_visible()
    page.get_by_role("tab", name="文章").click()
    page.get_by_role("button", name="长春玻璃").click()
    expect(page.locator("#yj-article h2")).to_contain_text("<img src=x")
    assert page.locator("a[href^='javascript:']").count() == 0
    assert page.locator(".yj-panel img, .yj-exchange img, .yj-articles img, .yj-hover img").count() == 0
    assert page.evaluate("window.hacked") is None
