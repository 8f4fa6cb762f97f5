"""Whose a conversation is, finding it again, and taking it away."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from records import answer, refusal, sentence

from index.embed import Embedder
from index.errors import ConversationChanged, ConversationNotFound
from index.generations import Home
from qa.answer import Answer, Citation, Turn, Verdict
from qa.export import conversation_markdown, escaped, markdown, plain
from qa.filters import Filters
from qa.history import LAYOUT, TITLE, History
from qa.library import Library
from web.api import create_api
from web.visitors import COOKIE, VisitorCookie, owner_by


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "history.sqlite")


def said(question: str, text: str = "规模为5000亿元。", **known: object) -> Answer:
    return answer(text, question=question, **known)


# -- owners -----------------------------------------------------------------------------------


def test_an_owner_sees_its_own_alone(history: History) -> None:
    mine, hers = history.begin("我的", "a"), history.begin("她的", "b")
    assert [c.title for c in history.conversations("a")] == ["我的"]
    assert [c.title for c in history.conversations("b")] == ["她的"]
    assert history.conversations() == []
    history.record(hers.id, said("甲？"), owner="b")
    uses: list[Callable[[], object]] = [
        lambda: history.dialogue(hers.id, "a"),
        lambda: history.conversation(hers.id, "a"),
        lambda: history.record(hers.id, said("乙？"), owner="a"),
        lambda: history.rename(hers.id, "别的", "a"),
        lambda: history.remove(hers.id, "a"),
        lambda: history.remove(mine.id),
    ]
    for use in uses:
        with pytest.raises(ConversationNotFound):
            use()
    assert [c.title for c in history.conversations("b")] == ["她的"]
    assert [e.answer.question for e in history.dialogue(hers.id, "b").exchanges] == ["甲？"]


def test_an_answer_is_found_by_its_id(history: History) -> None:
    kept = history.begin(owner="a")
    filters = Filters.model_validate({"since": "2024-01-01", "sources": ["新华社"]})
    history.record(kept.id, said("甲？", id="x1"), owner="a", filters=filters)
    found = history.exchange("x1")
    assert found is not None
    assert (found.answer.question, found.filters) == ("甲？", filters)
    assert history.exchange("x2") is None
    assert History(Path("none.sqlite")).exchange("x1") is None


def test_an_answer_given_anew_takes_the_place_of_the_last(history: History) -> None:
    kept = history.begin()
    for key in ("1", "2"):
        history.record(kept.id, said("甲？", id=key))
    history.record(kept.id, said("甲？", id="3"), replaces="2")
    assert [e.answer.id for e in history.dialogue(kept.id).exchanges] == ["1", "3"]
    for gone in ("1", "2", "none"):
        with pytest.raises(ConversationChanged):
            history.record(kept.id, said("甲？", id="4"), replaces=gone)
    with pytest.raises(ConversationChanged):
        history.record(history.begin().id, said("甲？", id="4"), replaces="3")
    assert [e.answer.id for e in history.dialogue(kept.id).exchanges] == ["1", "3"]


def test_what_came_before_a_conversation_stays_with_it(history: History) -> None:
    before = [Turn(role="user", content="合肥有多少家？"), Turn(role="assistant", content="93家。")]
    kept = history.begin(owner="a", before=before)
    history.record(kept.id, said("那2030年呢？", id="x1"), owner="a")
    assert history.dialogue(kept.id, "a").before == before
    assert [t.content for t in history.dialogue(kept.id, "a").turns][:3] == ["合肥有多少家？", "93家。", "那2030年呢？"]
    assert history.turns_before("x1", "a") == before


def test_nobodys_conversations_are_reached_by_their_id_and_never_listed(history: History) -> None:
    kept = history.begin("无主")
    history.record(kept.id, said("甲？", id="x1"))
    assert history.conversations() == []
    assert history.conversations(words="甲") == []
    assert [e.answer.id for e in history.dialogue(kept.id).exchanges] == ["x1"]
    assert history.turns_before("x1") == []


def test_half_a_character_becomes_a_question_mark(history: History) -> None:
    kept = history.begin("甲\ud800", "a")
    assert kept.title == "甲?"
    assert history.rename(kept.id, "乙\udfff", "a").title == "乙?"
    assert [c.title for c in history.conversations("a", "乙\udfff")] == ["乙?"]
    with pytest.raises(ConversationNotFound):
        history.dialogue("\ud800", "a")


@pytest.mark.parametrize(
    ("words", "found"),
    [("量子", ["合肥"]), ("蘇州", ["苏州"]), ("5000亿", ["合肥", "苏州"]), ("合肥 量子", ["合肥"]), ("合肥 产值", []), ("  ", ["合肥", "苏州"]), ("%", [])],
)  # fmt: skip
def test_conversations_are_searched_in_titles_questions_and_answers(
    history: History, words: str, found: list[str]
) -> None:
    for title, question in (("合肥", "有多少家量子企业？"), ("苏州", "2030年的產值是多少？")):
        history.record(history.begin(title, "a").id, said(question), owner="a")
    assert sorted(c.title for c in history.conversations("a", words)) == sorted(found)


def test_a_conversation_gets_another_title(history: History) -> None:
    kept = history.begin()
    history.record(kept.id, said("甲？"))
    assert history.rename(kept.id, " " + "题" * 60).title == "题" * TITLE
    assert history.conversation(kept.id).title == "题" * TITLE
    history.record(kept.id, said("乙？"))
    assert history.conversation(kept.id).title == "题" * TITLE


def test_conversations_of_the_first_layout_are_carried_on(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    with sqlite3.connect(path) as database:
        database.executescript(
            "CREATE TABLE conversation (id TEXT PRIMARY KEY, title TEXT NOT NULL, begun TEXT NOT NULL, changed TEXT NOT NULL);"
            "CREATE TABLE exchange (number INTEGER PRIMARY KEY, conversation TEXT NOT NULL REFERENCES conversation (id)"
            " ON DELETE CASCADE, asked TEXT NOT NULL, answer TEXT NOT NULL);"
            "CREATE INDEX exchange_of ON exchange (conversation, number);"
            "INSERT INTO conversation VALUES ('c', '旧的', 'x', 'y'); PRAGMA user_version = 1;"
        )
        for written in (said("合肥？", id="7").model_dump_json(), "{}"):
            database.execute("INSERT INTO exchange (conversation, asked, answer) VALUES ('c', 'z', ?)", (written,))
    history = History(path)
    assert history.conversation("c").title == "旧的"
    found = history.exchange("7")
    assert found is not None
    assert found.answer == said("合肥？", id="7")
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (LAYOUT,)


def test_a_link_to_an_answer_gives_nothing_of_what_came_before(history: History) -> None:
    kept = history.begin(owner="a")
    history.record(kept.id, said("秘密？", id="x1"), owner="a")
    history.record(kept.id, said("公开？", id="x2"), owner="a")
    assert history.turns_before("x2", "a")[0].content == "秘密？"
    assert history.turns_before("x2", "b") == []


# -- over HTTP --------------------------------------------------------------------------------


@pytest.fixture
def app(tmp_path: Path, embedder: Embedder) -> FastAPI:
    return create_api(Library(Home(tmp_path / "home"), embedder))


def test_browsers_do_not_see_each_others_conversations(app: FastAPI) -> None:
    nobody = TestClient(app)
    first, second = (TestClient(app, cookies={COOKIE: letter * 32}) for letter in "ab")
    kept = first.post("/api/conversations", json={"title": "我的"}).json()
    assert [c["id"] for c in first.get("/api/conversations").json()] == [kept["id"]]
    for other in (second, nobody):
        assert other.get("/api/conversations").json() == []
        assert other.get(f"/api/conversations/{kept['id']}").status_code == 404
        assert other.get(f"/api/conversations/{kept['id']}/export").status_code == 404
        assert other.patch(f"/api/conversations/{kept['id']}", json={"title": "x"}).status_code == 404
        assert other.delete(f"/api/conversations/{kept['id']}").status_code == 404
        asked = other.post("/api/ask", json={"question": "甲？", "conversation": kept["id"]})
        assert asked.status_code == 404
    assert first.get("/api/conversations").json() == [kept]


@pytest.mark.parametrize("forged", ["", "x" * 32, "a" * 31, "a" * 33])
def test_a_cookie_of_another_form_is_nobody(app: FastAPI, forged: str) -> None:
    kept = TestClient(app).post("/api/conversations", json={"title": "无主"}).json()["id"]
    client = TestClient(app, cookies={COOKIE: forged})
    assert client.get("/api/conversations").json() == []
    assert client.get(f"/api/conversations/{kept}").json() == []
    assert client.get("/api/feedback").text == ""


def test_a_conversation_is_searched_renamed_and_exported(app: FastAPI, tmp_path: Path) -> None:
    client = TestClient(app, cookies={COOKIE: "a" * 32})
    kept = client.post("/api/conversations", json={}).json()["id"]
    answered = said("合肥？", id="7", cited=[("a", 0, 3)])
    History(tmp_path / "home" / "history.sqlite").record(kept, answered, owner=owner_by("a" * 32))
    renamed = client.patch(f"/api/conversations/{kept}", json={"title": "新<名>"})
    assert renamed.json()["title"] == "新<名>"
    assert client.patch(f"/api/conversations/{kept}", json={"title": " "}).status_code == 422
    assert [c["title"] for c in client.get("/api/conversations", params={"q": "5000亿"}).json()] == ["新<名>"]
    assert client.get("/api/conversations", params={"q": "无"}).json() == []
    as_text = client.get(f"/api/conversations/{kept}/export")
    assert as_text.headers["content-type"].startswith("text/markdown")
    assert "%E6%96%B0%3C%E5%90%8D%3E.md" in as_text.headers["content-disposition"]
    assert as_text.text == "# 新\\<名\\>\n\n## 合肥？\n\n规模为5000亿元。[1]\n\n> [1] 字字字\n> — \n"
    as_json = client.get(f"/api/conversations/{kept}/export", params={"form": "json"}).json()
    assert as_json["title"] == "新<名>"
    assert Answer.model_validate(as_json["exchanges"][0]["answer"]).id == "7"
    assert client.get(f"/api/conversations/{kept}/export", params={"form": "pdf"}).status_code == 422


def test_a_page_gives_its_cookie_once(tmp_path: Path) -> None:
    app = FastAPI()
    app.add_middleware(VisitorCookie, pages=["/page"])
    app.add_api_route("/page", lambda: "页")
    app.add_api_route("/other", lambda: "别")
    client = TestClient(app)
    assert "set-cookie" not in client.get("/other").headers
    first = client.get("/page").headers["set-cookie"]
    assert "HttpOnly; SameSite=Lax" in first
    assert client.get("/page").headers["cache-control"] == "private, no-store"
    assert "Secure" not in first
    assert client.get("/page").headers["set-cookie"] == first
    assert "Secure" in client.get("/page", headers={"x-forwarded-proto": "https"}).headers["set-cookie"]
    assert TestClient(app).get("/page").headers["set-cookie"] != first
    forged = TestClient(app, cookies={COOKIE: "x\r\ny"}).get("/page").headers["set-cookie"]
    assert "x" not in forged.partition("=")[2].partition(";")[0]


# -- as text ----------------------------------------------------------------------------------


def cited(**known: object) -> Citation:
    plain = {"number": 1, "article_id": "a", "version": 1, "title": "题", "source": "甲报", "published": "2024-05-01",
             "url": "", "start": 0, "end": 3, "quote": "合肥*有*\n60家。", "score": 1.0}  # fmt: skip
    return Citation.model_validate(plain | known)


def test_an_answer_as_plain_text_and_markdown() -> None:
    given = said("问？", "合肥*有*60家。").model_copy(update={"citations": [cited()], "warnings": ["注意。"]})
    assert plain(given) == "合肥*有*60家。[1]\n注意。\n[1] 题 · 甲报 · 2024-05-01\n    合肥*有* 60家。"
    assert markdown(given) == (
        "合肥\\*有\\*60家。[1]\n\n注意。\n\n> [1] 合肥\\*有\\* 60家。\n> — 题 · 甲报 · 2024-05-01"
    )


def test_a_refusal_as_text_says_what_comes_nearest() -> None:
    given = refusal(question="問題？這樣", nearest=[sentence("合肥有60家。")], answer="沒有。")
    assert plain(given) == "沒有。\n文章裡最接近的內容（沒有回答問題）：\n合肥有60家。[1]"


def test_a_sentence_that_is_partly_supported_says_so_and_why_wherever_it_is_taken() -> None:
    half = sentence("合肥有60家。", verdict=Verdict.PARTIAL).model_copy(update={"reasons": ["没有<年份>", "约数"]})
    given = answer("规模为5000亿元。", half, question="问？")
    assert plain(given) == "规模为5000亿元。[1]\n合肥有60家。[1]（部分有据） 没有<年份>；约数"
    assert markdown(given) == "规模为5000亿元。[1]\n\n合肥有60家。[1]（部分有据） 没有\\<年份\\>；约数"


def test_a_conversation_as_markdown() -> None:
    text = conversation_markdown("题", [said("甲？"), said("乙\n# 丙？")])
    assert text == "# 题\n\n## 甲？\n\n规模为5000亿元。[1]\n\n## 乙 \\# 丙？\n\n规模为5000亿元。[1]\n"


@given(st.text("ab甲1*+=_`[]()<>#|~$\\!-. \n\t", min_size=1, max_size=30).filter(str.strip))
def test_markdown_shows_escaped_text_as_it_is(text: str) -> None:
    opening, paragraph, closing = MarkdownIt().enable("table").parse(escaped(text))
    assert (opening.type, closing.type) == ("paragraph_open", "paragraph_close")
    assert {c.type for c in paragraph.children or []} <= {"text", "text_special"}
    assert "".join(c.content for c in paragraph.children or []) == " ".join(text.split())


@pytest.mark.parametrize("text", ["- 甲", "1. 甲", "2) 甲", "+ 甲", "甲\n====", "    甲", "=== 甲", "-"])
def test_what_stands_at_the_front_of_a_line_is_text_too(text: str) -> None:
    assert [token.type for token in MarkdownIt().parse(escaped(text))] == [
        "paragraph_open",
        "inline",
        "paragraph_close",
    ]


def test_exported_json_is_whole(history: History) -> None:
    kept = history.begin()
    history.record(kept.id, said("甲？"))
    [exchange] = history.dialogue(kept.id).exchanges
    assert json.loads(exchange.model_dump_json())["filters"] is None
