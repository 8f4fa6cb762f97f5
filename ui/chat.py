"""The chat tab: a conversation on the left; on the right the cited article, the cited span highlighted."""

from dataclasses import dataclass

import gradio as gr

from index.errors import YoujuError
from qa.answer import Answer, Turn
from qa.compose import numbered
from qa.library import Library
from qa.messages import NEAREST
from qa.script import script_of
from web.panel import SCROLL_TO_CITED, article_html, citation_label, hint_html

EMPTY_PANEL = hint_html("引用的原文会显示在这里。 · 引用的原文會顯示在這裡。")
CHANGED = "文章已更新；引用的是第 {version} 版。"

Message = dict[str, str]


@dataclass(frozen=True, slots=True)
class ChatView:
    """The chat's components that another tab may fill."""

    question: gr.Textbox
    conversation: gr.Chatbot
    outputs: list[gr.components.Component | gr.State]
    """What `respond` gives: the question's box, the conversation, the answer, its citations, the source."""


def chat_tab(library: Library) -> ChatView:
    """Put the chat into the tab that is open, and give what other tabs may fill."""
    last = gr.State(None)
    with gr.Row(equal_height=False):
        with gr.Column(scale=3, min_width=320):
            chat = gr.Chatbot(label="对话 · 對話", height=460, layout="bubble", buttons=["copy"], render_markdown=False)
            question = gr.Textbox(label="问题 · 問題", placeholder="深圳2030年未来产业的规模目标是多少？", lines=1)
            with gr.Row():
                send = gr.Button("提问 · 提問", variant="primary")
                clear = gr.Button("新对话 · 新對話")
        with gr.Column(scale=2, min_width=320):
            citations = gr.Radio(label="出处 · 出處", choices=[], visible=False)
            panel = gr.HTML(EMPTY_PANEL, label="原文")

    def ask(text: str, messages: list[Message]) -> tuple[object, ...]:
        return respond(library, text, messages)

    def show(number: int | None, answer: Answer | None) -> str:
        return _show(library, number, answer)

    outputs = [question, chat, last, citations, panel]
    asked = gr.on([question.submit, send.click], ask, [question, chat], outputs, api_visibility="private")
    asked.then(None, js=SCROLL_TO_CITED, api_visibility="private")
    chosen = citations.input(show, [citations, last], panel, api_visibility="private")
    chosen.then(None, js=SCROLL_TO_CITED, api_visibility="private")
    clear.click(
        lambda: ("", [], None, gr.Radio(choices=[], visible=False), EMPTY_PANEL),
        None,
        outputs,
        api_visibility="private",
    )
    return ChatView(question, chat, outputs)


def respond(library: Library, text: str, messages: list[Message]) -> tuple[object, ...]:
    """The emptied box, the longer conversation, the answer, its citations and the first source."""
    history = [Turn.model_validate({"role": m["role"], "content": _plain(m["content"])}) for m in messages]
    try:
        answer = library.pipeline().ask(text, history)
    except YoujuError as error:  # what was not asked stays in the box, out of the conversation
        gr.Warning(str(error))
        return text, messages, None, gr.Radio(choices=[], visible=False), EMPTY_PANEL
    asked: list[Message] = [*messages, {"role": "user", "content": text}]
    replied = [*asked, {"role": "assistant", "content": _shown(answer)}]
    first = answer.citations[0].number if answer.citations else None
    choices = [(citation_label(c), c.number) for c in answer.citations]
    radio = gr.Radio(choices=choices, value=first, visible=bool(choices))
    return "", replied, answer, radio, _show(library, first, answer)


def _shown(answer: Answer) -> str:
    """The answer, what comes nearest where it is a refusal, and what to know of it."""
    near = "\n".join([NEAREST[script_of(answer.question)], *map(numbered, answer.nearest)]) if answer.nearest else ""
    return "\n\n".join(filter(None, [answer.answer, near, *answer.warnings]))


def _plain(content: object) -> str:
    """A message's text, whichever of its two forms Gradio hands back."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else [content]
    return "".join(part.get("text", "") for part in parts if isinstance(part, dict))


def _show(library: Library, number: int | None, answer: Answer | None) -> str:
    if answer is None or number is None:
        return EMPTY_PANEL
    citation = next(c for c in answer.citations if c.number == number)
    try:
        article = library.reader().store.article(citation.article_id)
    except YoujuError as error:  # removed since the answer was given
        return hint_html(str(error))
    if article.version != citation.version:
        return hint_html(CHANGED.format(version=citation.version))
    return article_html(article, citation)
