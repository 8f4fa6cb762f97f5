"""The list of conversations: searched, opened, renamed, deleted."""

import gradio as gr
from starlette.requests import Request

from index.errors import YoujuError
from qa.history import TITLE
from ui.components import QUICK, scripted
from ui.icons import icon
from ui.problems import in_words
from ui.services import Services
from ui.templating import render
from ui.words import Words
from web.visitors import owner_of


def owner(request: gr.Request | Request) -> str:
    """Whose conversations a request may see. Gradio gives functions of a component's script the request as it is."""
    inside = request.request if isinstance(request, gr.Request) else request
    return owner_of(inside) if inside else ""


class ConversationList:
    """Put into the column that is open. What is opened or deleted changes more than the list: the chat's tab sees to it."""

    def __init__(self, services: Services, words: Words) -> None:
        self._services = services
        self._words = words
        said = words.conversations
        self.search = gr.Textbox(
            placeholder=said.search, label=said.search, show_label=False, container=False, elem_id="yj-search"
        )
        nothing = render(
            "conversations.html", conversations=[], current="", if_empty=said.none, trouble="", **self._same
        )
        self.component = scripted(nothing, "conversations", parts=["confirm"])

    def wire(self, conversation: gr.Textbox) -> None:
        """Connect what concerns the list alone; `conversation`: the id of the one that is shown."""
        listed = [self.search, conversation]
        self.search.change(self.html, listed, self.component, trigger_mode="always_last", **QUICK)
        self.component.edit(self._rename, listed, self.component, trigger_mode="multiple", **QUICK)

    # Gradio calls this too, which hands over the request by its type.
    def html(self, words: str, conversation: str, request: gr.Request, trouble: str = "") -> str:
        """The list, of those with the words alone where there are any, and what went wrong."""
        said = self._words.conversations
        try:
            listed = self._services.history.conversations(owner(request), words)
        except YoujuError as error:
            listed, trouble = [], in_words(error, self._words)
        none = said.none_found if words.strip() else said.none
        return render(
            "conversations.html",
            conversations=listed,
            current=conversation,
            if_empty=none if owner(request) else said.no_cookie,
            trouble=trouble,
            **self._same,
        )

    @property
    def _same(self) -> dict[str, object]:
        return {"w": self._words, "longest": TITLE, "api": "../", "icon": icon}

    def _rename(self, words: str, conversation: str, request: gr.Request, chosen: gr.EventData) -> str:
        trouble = ""
        try:
            self._services.history.rename(str(chosen._data["id"]), str(chosen._data["title"]), owner(request))
        except YoujuError as error:
            trouble = in_words(error, self._words)
        return self.html(words, conversation, request, trouble)
