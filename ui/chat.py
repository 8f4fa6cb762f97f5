"""The chat's tab: conversations on the left, questions and answers in the middle, the cited article on the right."""

from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr
from starlette.datastructures import QueryParams

from index.errors import IndexMissing, YoujuError
from qa.answer import Citation, Turn
from qa.pipeline import Preferences
from qa.script import Script
from ui.components import QUICK, scripted
from ui.conversation import Asking, Conversations, StillAnswering, View
from ui.conversation_list import ConversationList, owner
from ui.filtering import FilterFields, filters_from
from ui.found import found_html
from ui.problems import in_words, warn
from ui.services import Services
from ui.settings import SettingsTab
from ui.source_panel import cited_html, empty_panel_html
from ui.transcript import start_html, suggestions_html
from ui.words import SCRIPT_OF, Words
from web.conversations import store_of
from web.feedback import FeedbackRequest, take
from web.panel import hint_html

Updates = dict[gr.components.Component, Any]
"""New values of components; those that are not named stay as they are."""
_READY = "document.querySelector('#yj-chat').dataset.ready = '';"
_OPENED = f"() => {{ if (!location.search) {{ {_READY} }} return location.search; }}"
"""What the address names, which is shown before the page is ready. By then Gradio has connected everything."""
_TAKE = """(text) => {
  if (text.trim()) document.dispatchEvent(new CustomEvent("youju:asked", { detail: text }));
  return ["", text, location.search];
}"""
"""Take the question out of its box at once: what is typed from now on is the next one."""
_SETTLED = "() => document.dispatchEvent(new CustomEvent('youju:settled'))"


def session(request: gr.Request) -> str:
    """The opened page that a request is from."""
    return str(request.session_hash)


class ChatTab:
    """Put into the tab that is open; `wire` connects it once every tab is there."""

    def __init__(self, services: Services, words: Words) -> None:
        self._services = services
        self._words = words
        self._conversations = Conversations(services, words)
        with gr.Row(elem_id="yj-chat", equal_height=True):
            with gr.Column(elem_id="yj-side", min_width=0):
                self.new = gr.Button(words.chat.new, elem_id="yj-new", size="sm")
                self.list = ConversationList(services, words)
            with gr.Column(elem_id="yj-main", min_width=0):
                self._main()
            with gr.Column(elem_id="yj-right", min_width=0):
                self.panel = scripted(empty_panel_html(words), "source")

    def _main(self) -> None:
        words = self._words.chat
        self.transcript = scripted(
            self._conversations.start().html, "transcript", [self._found_function(), self._feedback_function()],
            parts=["remembered"], words=self._words.answer.model_dump() | {"looking": words.looking},
        )  # fmt: skip
        self.suggestions = scripted("", "suggestions")
        self.filters = FilterFields(self._services, self._words)
        with gr.Row(elem_id="yj-ask", equal_height=False):
            self.question = gr.Textbox(
                label=words.question, show_label=False, container=False, placeholder=words.placeholder, lines=1,
                max_lines=8, scale=1, elem_id="yj-question", autofocus=True,
            )  # fmt: skip
            self.send = gr.Button(words.ask, variant="primary", scale=0, min_width=80, elem_id="yj-send")
            self.stop = gr.Button(words.stop, variant="stop", scale=0, min_width=80, elem_id="yj-stop", visible=False)
        # Kept by the browser, so that a server that was started anew goes on with it.
        self.conversation = gr.Textbox(visible="hidden", elem_id="yj-conversation", label=words.transcript)
        self._taken = gr.Textbox(visible="hidden", label=words.question)
        self._address = gr.Textbox(visible="hidden", label=words.transcript)

    @property
    def outputs(self) -> list[gr.components.Component]:
        """What asking changes."""
        return [self.question, self.transcript, self.conversation, self.suggestions, self.send, self.stop]

    def wire(self, blocks: gr.Blocks, settings: SettingsTab) -> None:
        """Connect everything: what is asked with depends on the settings' tab."""
        how = [*self.filters.inputs, settings.mode, settings.sentences, settings.script]
        taken = [self._taken, self._address]
        pressed = gr.on([self.question.submit, self.send.click], None, self.question, [self.question, *taken], js=_TAKE)
        asked = pressed.then(
            self._ask, [*taken, self.conversation, *how], self.outputs, trigger_mode="multiple", **streaming()
        )
        suggested = self.suggestions.example_select(
            self._ask_suggested, [self.conversation, *how], self.outputs, **streaming()
        )
        again = self.transcript.retry(self._ask_again, [self.conversation, *how], self.outputs, **streaming())
        for event in (asked, suggested, again):
            self.follow(event)
        self.stop.click(self._stop, None, None, **QUICK)
        self.transcript.select(self._show, None, self.panel, trigger_mode="always_last", **QUICK)
        self.list.wire(self.conversation)
        self.filters.wire()
        search, listed = self.list.search, self.list.component
        shown = [self.transcript, self.conversation, self.suggestions, listed, self.send, self.stop]
        opened = [
            listed.select(self._open, search, shown, trigger_mode="always_last", **QUICK),
            listed.delete(self._remove, [search, self.conversation], shown, trigger_mode="multiple", **QUICK),
            self.new.click(self._begin, search, shown, trigger_mode="always_last", **QUICK),
            blocks.load(self._restore, self._address, shown, js=_OPENED, **QUICK),
        ]
        for event in opened:
            event.then(self._suggest, self.conversation, self.suggestions, **QUICK)
        opened[-1].then(None, None, None, js=f"() => {{ {_READY} }}")

    def follow(self, event: gr.events.Dependency) -> None:
        """Let what could be asked next, and the list of conversations, come after what an event asked."""
        event.then(None, None, None, js=_SETTLED)
        event.then(self._suggest, self.conversation, self.suggestions, **QUICK)
        event.then(self.list.html, [self.list.search, self.conversation], self.list.component, **QUICK)

    # -- asking ---------------------------------------------------------------------------

    def ask_question(self, question: str, history: list[Turn], request: gr.Request) -> Iterator[Updates]:
        """Ask in a new conversation, after these turns: for what another tab sends here."""
        how = Asking(key=session(request))
        yield from self._asked("", lambda: self._conversations.ask(question, "", owner(request), how, before=history))

    # Gradio hands over requests and events by their place, before what `*how` takes.
    def _ask(self, request: gr.Request, text: str, address: str, conversation: str, *how: Any) -> Iterator[Updates]:
        # Who asks before the page has shown the conversation that its address names goes on with that one.
        conversation = conversation or _named(address).get("c", "")
        yield from self._asked(
            text, lambda: self._conversations.ask(text, conversation, owner(request), self._how(request, how))
        )

    def _ask_suggested(
        self, request: gr.Request, chosen: gr.EventData, conversation: str, *how: Any
    ) -> Iterator[Updates]:
        question = str(chosen._data["question"])
        yield from self._asked(
            "", lambda: self._conversations.ask(question, conversation, owner(request), self._how(request, how))
        )

    def _ask_again(self, request: gr.Request, chosen: gr.EventData, conversation: str, *how: Any) -> Iterator[Updates]:
        if "question" in chosen._data:  # of which there is no answer
            yield from self._ask_suggested(request, chosen, conversation, *how)
            return
        answer = str(chosen._data["answer"])
        yield from self._asked(
            "", lambda: self._conversations.again(answer, conversation, owner(request), self._how(request, how))
        )

    def _stop(self, request: gr.Request) -> None:
        self._conversations.stop(session(request))

    def _how(self, request: gr.Request, given: tuple[Any, ...]) -> Asking:
        sources, since, until, articles, mode, sentences, script = given
        if mode == "llm" and self._services.models.present is None:
            warn(self._words.settings.no_model, self._words)
            mode = "auto"
        return Asking(
            session(request),
            filters_from(sources or [], since, until, articles or [], self._words),
            None if mode == "auto" else mode,
            Preferences(Script(script) if script else None, int(sentences or 0) or None),
        )

    def _asked(self, text: str, begin: Callable[[], Iterator[View]]) -> Iterator[Updates]:
        """`text`: what was taken out of the box, and is put back where it cannot be asked."""
        try:
            for number, view in enumerate(begin()):
                updates: Updates = {self.transcript: view.html, self.conversation: view.conversation}
                if number == 0:
                    updates |= {self.suggestions: ""}
                yield updates | self._buttons(is_answering=not view.is_done)
        except YoujuError as error:
            warn(in_words(error, self._words), self._words)
            put_back: Updates = {self.question: text} if text else {}
            yield put_back | ({} if isinstance(error, StillAnswering) else self._buttons(is_answering=False))

    def _buttons(self, *, is_answering: bool) -> Updates:
        return {self.send: gr.Button(visible=not is_answering), self.stop: gr.Button(visible=is_answering)}

    def _suggest(self, conversation: str, request: gr.Request) -> str:
        """What could be asked next, or first; nothing where nothing can be asked."""
        suggestions, script = self._services.suggestions, SCRIPT_OF[self._words.language]
        try:
            if conversation:
                exchanges = self._services.history.dialogue(conversation, owner(request)).exchanges
                questions = suggestions.after([e.answer for e in exchanges], script)
                return suggestions_html(self._words.chat.ask_next, questions)
            count = len(self._services.library.reader().store.versions())
            return start_html(count, suggestions.first(script), self._words)
        except IndexMissing:
            return start_html(0, [], self._words)
        except YoujuError as error:
            return suggestions_html(in_words(error, self._words), [])

    # -- sources ---------------------------------------------------------------------------

    def _show(self, chosen: gr.EventData) -> str:
        citation = Citation.model_validate(chosen._data["citation"])
        try:
            return cited_html(citation, store_of(self._services.library), self._words)
        except YoujuError as error:
            return hint_html(in_words(error, self._words))

    def _found_function(self) -> Callable[[str], str]:
        def found(answer: str) -> str:
            exchange = self._services.history.exchange(answer)
            if exchange is None:
                return ""
            return found_html(exchange, self._services.library.pipeline(), self._words)

        return found

    def _feedback_function(self) -> Callable[..., bool]:
        def feedback(given: dict[str, Any], request: gr.Request) -> bool:
            take(FeedbackRequest.model_validate(given), self._services.history, self._services.feedback, owner(request))
            return True

        return feedback

    # -- conversations ----------------------------------------------------------------------

    def _open(self, words: str, request: gr.Request, chosen: gr.EventData) -> Updates:
        return self._opened(str(chosen._data["id"]), words, request)

    def _begin(self, words: str, request: gr.Request) -> Updates:
        return self._opened("", words, request)

    def _opened(self, conversation: str, words: str, request: gr.Request) -> Updates:
        """What was being shown is left."""
        self._conversations.leave(session(request))
        return self._present(conversation, words, request)

    def _present(self, conversation: str, words: str, request: gr.Request) -> Updates:
        try:
            view = self._conversations.opened(conversation, owner(request))
        except YoujuError as error:
            view = self._conversations.start(in_words(error, self._words))
        return {
            self.transcript: view.html,
            self.conversation: view.conversation,
            self.suggestions: "",
            self.list.component: self.list.html(words, view.conversation, request),
            **self._buttons(is_answering=False),
        }

    def _remove(self, words: str, conversation: str, request: gr.Request, chosen: gr.EventData) -> Updates:
        removed, trouble = str(chosen._data["id"]), ""
        try:
            self._services.history.remove(removed, owner(request))
        except YoujuError as error:
            trouble = in_words(error, self._words)
        if removed == conversation and not trouble:
            return self._opened("", words, request)
        return {self.list.component: self.list.html(words, conversation, request, trouble)}

    def _restore(self, address: str, request: gr.Request) -> Updates:
        """What the page's address names: a conversation, one answer, or nothing yet, where nothing is touched: somebody
        may have asked already."""
        named = _named(address)
        if answer := named.get("answer"):
            view = self._conversations.single(answer)
            return {self.transcript: view.html, self.list.component: self.list.html("", "", request)}
        if conversation := named.get("c"):
            return self._present(conversation, "", request)
        return {self.list.component: self.list.html("", "", request)}


def streaming() -> dict[str, Any]:
    """For what is shown as it comes. Gradio lets all of it begin; ui/conversation says what waits."""
    return {"show_progress": "hidden", "api_visibility": "private", "concurrency_limit": None}


def _named(address: str) -> QueryParams:
    return QueryParams(address.removeprefix("?"))
