"""The settings' tab: how answers are given, how the page looks, and which model writes."""

from typing import Any

import gradio as gr

from index.errors import YoujuError
from qa.answer import MAX_SENTENCES
from qa.generation.trouble import ModelTrouble, why
from qa.script import Script
from ui.components import QUICK, static
from ui.problems import warn
from ui.services import Services
from ui.words import SCRIPT_OF, Words


class SettingsTab:
    """Put into the tab that is open. What is chosen is kept by the browser."""

    def __init__(self, services: Services, words: Words) -> None:
        self._services = services
        self._words = words
        said = words.settings
        gr.Markdown(f"## {said.answers}")
        with gr.Row():
            self.mode = gr.Radio(
                [(said.auto, "auto"), (said.extractive, "extractive"), (said.llm, "llm")], value="auto", label=said.mode
            )
            self.script = gr.Radio(
                [(said.as_question, ""), (said.hans, Script.SIMPLIFIED.value), (said.hant, Script.TRADITIONAL.value)],
                value="",
                label=said.script,
            )
        self.sentences = gr.Slider(
            0, MAX_SENTENCES, value=0, step=1, label=said.sentences, info=said.sentences_hint, buttons=[]
        )
        gr.Markdown(f"## {said.theme}")
        self.theme = gr.Radio(
            [(said.system, "system"), (said.light, "light"), (said.dark, "dark")],
            value="system", label=said.theme, show_label=False, elem_id="yj-theme",
        )  # fmt: skip
        gr.Markdown(f"## {said.endpoint}")
        self._endpoint()
        gr.Markdown(f"## {said.index}")
        self._about = gr.Markdown("")

    def _endpoint(self) -> None:
        said, models = self._words.settings, self._services.models
        self._model = gr.Markdown(self._model_said())
        if not models.is_changeable:
            gr.Markdown(said.endpoint_elsewhere)
            return
        gr.Markdown(said.endpoint_hint)
        with gr.Row():
            address = gr.Textbox(label=said.address, placeholder="http://127.0.0.1:11434/v1", scale=2)
            name = gr.Textbox(label=said.model_name)
            key = gr.Textbox(label=said.key, type="password")
        with gr.Row():
            use = gr.Button(said.use_model, variant="primary", scale=0)
            stop = gr.Button(said.no_longer, scale=0)
        use.click(self._use, [address, name, key], [self._model, key], api_visibility="private")
        stop.click(self._stop, None, self._model, **QUICK)

    def wire(self, blocks: gr.Blocks) -> None:
        """Keep what is chosen in the browser, and bring it back."""
        chosen: list[Any] = [self.mode, self.script, self.sentences]
        kept = gr.BrowserState(["auto", "", 0], storage_key="youju-answers", secret="youju")  # no secret is in it
        for component in chosen:
            component.input(lambda *values: list(values), chosen, kept, trigger_mode="always_last", **QUICK)
        blocks.load(tuple, kept, chosen, **QUICK)
        blocks.load(self._shown, None, [self._model, self._about], **QUICK)
        self.theme.input(None, self.theme, None, js=f"(theme) => {{ {static('theme.js')} choose(theme); }}")
        blocks.load(None, None, self.theme, js=f"() => {{ {static('theme.js')} return present(); }}")

    def _shown(self) -> tuple[str, str]:
        said = self._words.settings
        try:
            reader = self._services.library.reader()
            count, embedder = len(reader.store.versions()), reader.embedder
        except YoujuError:
            count, embedder = 0, self._services.library.embedder.fingerprint
        about = said.index_said.format(
            articles=f"{count:,}", asking=self._services.library.described, embedder=embedder
        )
        return self._model_said(), about

    def _model_said(self) -> str:
        said, present = self._words.settings, self._services.models.present
        if present is None:
            return said.no_model
        key = said.key_set if present.has_key else said.key_not_set
        return "  \n".join(
            filter(
                None,
                [
                    said.model.format(model=f"`{present.name}`"),
                    present.address,
                    f"{said.key}{self._words.page.colon}{key}",
                ],
            )
        )

    def _use(self, address: str, name: str, key: str) -> tuple[str, str]:
        """Try a model; the box of the key is emptied whatever comes of it."""
        said = self._words.settings
        if not name.strip():
            warn(said.fails.format(error=said.model_name), self._words)
            return self._model_said(), ""
        try:
            self._services.models.use(address.strip(), name.strip(), key.strip())
        except ModelTrouble as error:
            warn(said.fails.format(error=why(error.trouble, SCRIPT_OF[self._words.language])), self._words)
        else:
            gr.Info(said.works.format(model=name.strip()), title=self._words.page.notice)
        return self._model_said(), ""

    def _stop(self) -> str:
        self._services.models.stop()
        return self._model_said()
