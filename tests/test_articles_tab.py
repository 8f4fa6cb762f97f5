"""The articles' tab in a real browser: files and folders in, whatever their encoding; read, asked about, removed."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from conftest import HashEmbedder
from playwright.sync_api import Page, expect
from site_server import Site

Visit = Callable[..., Page]
GB = "洛阳轴承产业\n\n来源：洛阳晚报\n2024年3月5日\n\n洛阳轴承产业2024年产值达到三百亿元，新增企业45家。\n"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Site]:
    """A site of one test, without articles."""
    site = Site(tmp_path, HashEmbedder(), articles=())
    yield site
    site.stop()


def test_a_file_in_gb18030_is_added_asked_read_and_removed(visit: Visit, empty: Site, tmp_path: Path) -> None:
    page = visit(at=empty)
    expect(page.get_by_text("还没有文章")).to_be_visible()
    page.get_by_role("tab", name="文章").click()
    (tmp_path / "洛阳.txt").write_bytes(GB.encode("gb18030"))
    (tmp_path / "空.txt").write_bytes(b"")
    (tmp_path / "表.xls").write_bytes(b"x")
    files = [tmp_path / name for name in ("洛阳.txt", "空.txt", "表.xls")]
    page.locator(".yj-files").set_input_files(files)
    expect(page.locator(".yj-progress")).to_contain_text("添加 1，更新 0，未变 0，跳过 1，失败 1")
    rows = page.locator(".yj-taken li")
    assert sorted(row.get_attribute("data-outcome") or "" for row in rows.all()) == ["added", "failed", "skipped"]
    assert str(tmp_path) not in page.locator(".yj-taken").inner_text()
    assert "youju-upload" not in page.locator(".yj-taken").inner_text()
    row = page.locator(".yj-articles tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("洛阳轴承产业")
    page.get_by_role("tab", name="问答").click()
    exchange = empty.ask(page, "洛阳轴承产业2024年产值是多少？")
    expect(exchange.locator(".yj-said")).to_contain_text("三百亿元")
    expect(page.locator("#yj-source mark")).to_have_text("洛阳轴承产业2024年产值达到三百亿元，新增企业45家。")
    page.get_by_role("tab", name="文章").click()
    row.get_by_role("button", name="移除").click()
    expect(row).to_have_count(1)
    row.get_by_role("button", name="确认移除").click()
    expect(page.get_by_text("已移除：洛阳轴承产业")).to_be_visible()
    expect(row).to_have_count(0)
    page.get_by_role("tab", name="问答").click()
    exchange.locator(".yj-cite").first.click()
    expect(page.locator("#yj-source")).to_contain_text("文章已被移除。引用时的原句：")
    expect(page.locator("#yj-source blockquote")).to_have_text("洛阳轴承产业2024年产值达到三百亿元，新增企业45家。")


def test_a_folder_keeps_its_paths(visit: Visit, empty: Site, tmp_path: Path) -> None:
    page = visit(at=empty)
    page.get_by_role("tab", name="文章").click()
    for name in ("甲/一.txt", "乙/一.txt", "乙/.藏/二.txt"):
        path = tmp_path / "资料" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{name}的文章\n\n{name[0]}市有企业{len(name)}家。", "utf-8")
    page.locator(".yj-folder").set_input_files(tmp_path / "资料")
    expect(page.locator(".yj-progress")).to_contain_text("添加 2")
    ids = {article["id"] for article in httpx.get(empty.url + "api/articles").json()}
    assert ids == {"资料/甲/一.txt", "资料/乙/一.txt"}


def test_articles_are_found_and_read_with_what_was_dropped(visit: Visit, site: Site) -> None:
    page = visit()
    page.get_by_role("tab", name="文章").click()
    rows = page.locator(".yj-articles tbody tr")
    expect(rows).to_have_count(6)
    page.get_by_label("按标题搜索").fill("航天 乙")
    expect(rows).to_have_count(1)
    page.get_by_label("按标题搜索").fill("計划")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("合肥量子計畫")
    rows.get_by_role("button", name="合肥量子計畫").click()
    expect(page.locator("#yj-article .youju-article")).to_contain_text("合肥公布量子計畫。")
    expect(page.locator("#yj-article mark")).to_have_count(0)
    expect(page.locator("#yj-article a[href='https://example.com/hefei']")).to_be_visible()


def test_the_chat_is_narrowed_to_one_article(visit: Visit, site: Site) -> None:
    page = visit()
    page.get_by_role("tab", name="文章").click()
    row = page.locator(".yj-articles tbody tr").filter(has_text="西安航天（乙）")
    row.get_by_role("button", name="只问这篇").click()
    exchange = site.ask(page, "西安航天基地共有多少家航天企业？")
    expect(exchange.locator(".yj-said")).to_have_text(["西安航天基地共有航天企业95家。"])
    exchange.get_by_text("怎么找到的").click()
    expect(exchange.locator(".yj-found dd").nth(1)).to_have_text("xian-b.txt")
