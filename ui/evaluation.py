"""The evaluation tab: choose a set, run it with progress, see figures and plots, open a failure in the chat."""

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from eval.choose import Conversion
from eval.metrics.figures import ALL
from eval.questions import TestQuestion
from eval.report import plots
from eval.wording import shown, shown_interval
from index.errors import YoujuError
from ui.chat import ChatTab, streaming
from ui.components import QUICK
from ui.problems import in_words, warn
from ui.services import Services
from ui.words import Words
from web.evaluation import FinishedRun, Progress
from web.panel import hint_html

PRIVATE: dict[str, Any] = {"api_visibility": "private"}
Uploads = dict[str, str]
"""Paths of uploaded question files by name, of one session."""
SHOWN_FAILURES = 200


class EvaluationTab:
    """Put into the tab that is open."""

    def __init__(self, services: Services, words: Words) -> None:
        self._evaluations = services.evaluations
        self._words = words
        said = words.evaluation
        self._scripts: dict[str, Conversion | None] = {
            said.as_is: None,
            said.s2t: Conversion.S2T,
            said.t2s: Conversion.T2S,
        }
        self._no_run = hint_html(said.hint)
        with gr.Row(equal_height=True):
            self._chosen = gr.Dropdown(list(self._evaluations.sets()), label=said.set, scale=2, min_width=200)
            self._script = gr.Dropdown(list(self._scripts), value=said.as_is, label=said.script, min_width=120)
            self._limit = gr.Number(label=said.limit, value=0, minimum=0, precision=0, min_width=120)
            self._earlier = gr.Dropdown(
                self._evaluations.runs(), value=None, label=said.earlier, scale=2, min_width=200
            )
        with gr.Row():
            self._start = gr.Button(said.start, variant="primary")
            self._stop = gr.Button(said.stop, interactive=False)
            self._upload = gr.UploadButton(said.upload, file_types=[".jsonl"], type="filepath")
        self._progress = gr.HTML(self._no_run)
        self._figures = gr.HTML(visible=False)
        self._drawn = gr.HTML(visible=False)
        self._failed = gr.Dataframe(
            label=said.failed, visible=False, interactive=False, wrap=True, column_widths=[130, 120, 320, 560]
        )
        self._present = gr.State("")
        self._uploads = gr.State({})

    def wire(self, chat: ChatTab, tabs: gr.Tabs) -> None:
        """Connect everything; a failure opens in the chat."""
        result = [self._present, self._progress, self._figures, self._drawn, self._failed]
        given = [self._chosen, self._uploads, self._script, self._limit]
        self._start.click(self._begin, given, [*result, self._start, self._stop, self._earlier], **PRIVATE)
        self._upload.upload(self._take, [self._upload, self._uploads], [self._chosen, self._uploads], **QUICK)
        self._stop.click(self._end, None, None, **QUICK)
        self._earlier.focus(lambda: gr.Dropdown(choices=self._evaluations.runs()), None, self._earlier, **QUICK)
        self._earlier.input(self._show, self._earlier, result, trigger_mode="always_last", **QUICK)

        def open_failure(name: str, at: gr.SelectData, request: gr.Request) -> Iterator[dict[Any, Any]]:
            question = self._failure(name, int(at.index[0]))
            if question is None:
                yield {}
                return
            yield {tabs: gr.Tabs(selected="chat")}
            yield from chat.ask_question(question.question, question.history, request)

        opened = self._failed.select(open_failure, self._present, [tabs, *chat.outputs], **streaming())
        chat.follow(opened)

    def _begin(
        self, name: str | None, known: Uploads, how: str, most: float | None, request: gr.Request
    ) -> Iterator[tuple[object, ...]]:
        files = self._evaluations.sets() | {uploaded: Path(file) for uploaded, file in known.items()}
        limit = int(most) if most else None
        questions = files.get(name or "")
        if questions is None:
            warn(self._words.evaluation.choose_first, self._words)
            return
        yield from self._run(name or "", questions, self._scripts[how], limit, str(request.session_hash))

    def _take(self, file: str, known: Uploads) -> tuple[object, Uploads]:
        known = known | {Path(file).name: file}
        return gr.Dropdown([*self._evaluations.sets(), *known], value=Path(file).name), known

    def _end(self, request: gr.Request) -> None:
        self._evaluations.stop(str(request.session_hash))

    def _run(
        self, name: str, questions: Path, how: Conversion | None, most: int | None, key: str
    ) -> Iterator[tuple[object, ...]]:
        """The tab's components as a run goes on; at the end its result, or what was wrong."""
        running = (gr.Button(interactive=False), gr.Button(interactive=True), gr.skip())
        idle = (gr.Button(interactive=True), gr.Button(interactive=False))
        try:
            for progress in self._evaluations.run(Path(name).stem, questions, how, most, key):
                if progress.run:
                    runs = gr.Dropdown(self._evaluations.runs(), value=progress.run)
                    yield (*self._show(progress.run), *idle, runs)
                else:
                    yield ("", self._bar(progress), *(gr.skip() for _ in range(3)), *running)
        except YoujuError as error:
            told = in_words(error, self._words).replace(
                f"{questions.parent}/", ""
            )  # where it lies is nobody's business
            yield ("", hint_html(told), *(gr.skip() for _ in range(3)), *idle, gr.skip())

    def _bar(self, progress: Progress) -> str:
        left = self._words.evaluation.seconds_left.format(n=f"{progress.seconds_left:.0f}")
        left = f" · {left}" if progress.asked else ""
        return (
            f'<label class="youju-progress">{progress.asked} / {progress.total}{left}'
            f'<progress max="{progress.total}" value="{progress.asked}"></progress></label>'
        )

    def _show(self, name: str | None) -> tuple[object, ...]:
        """The run's name, a line about it, its figures, plots and failures."""
        hidden = [gr.update(visible=False) for _ in range(3)]
        try:
            run = self._evaluations.open(name) if name else None
            if run is None:
                return ("", self._no_run, *hidden)
            about = self._about(run, is_here=self._evaluations.is_about_this_index(run))
        except YoujuError as error:
            return ("", hint_html(in_words(error, self._words)), *hidden)
        return (
            run.name,
            about,
            gr.HTML(self._table(run), visible=True),
            gr.HTML(_plots(run), visible=True),
            gr.Dataframe(self._failed_rows(run), visible=True),
        )

    def _about(self, run: FinishedRun, *, is_here: bool) -> str:
        """One line that names the run, and what a reader must know of it."""
        said = self._words.evaluation
        notes = [f"{escape(run.info.settings.name)}{self._words.page.colon}{run.metrics.asked} / {run.metrics.of}"]
        if not is_here:
            notes.append(said.another_index.format(where=escape(run.info.settings.target.where)))
        if lost := sum(len(record.unlocated) for record in run.records):
            notes.append(said.unlocated.format(n=lost))
        link = f'<a href="../runs/{escape(run.name)}/report.html" target="_blank" rel="noopener">{said.report}</a>'
        return f'<p class="youju-hint">{" · ".join([*notes, link])}</p>'

    def _table(self, run: FinishedRun) -> str:
        """One row a tag, all questions first; the intervals in small type."""
        said = self._words.evaluation
        heads = "".join(f'<th scope="col">{name}</th>' for name in (said.tag, said.questions, *said.headlines.values()))
        tags = [ALL, *(tag for tag in run.figures.questions if tag != ALL)]
        rows = "".join(
            f'<tr><th scope="row">{escape(tag)}</th><td>{run.figures.questions[tag]}</td>'
            + "".join(_cell(run, tag, metric) for metric in said.headlines)
            + "</tr>"
            for tag in tags
        )
        return f'<div class="youju-figures"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'

    def _failed_rows(self, run: FinishedRun) -> dict[str, object]:
        said = self._words.evaluation
        rows = [
            [
                record.question.id,
                said.problems[kind.name.lower()],
                record.question.question,
                record.answer.answer if record.answer else record.error,
            ]
            for kind, record in run.failures[:SHOWN_FAILURES]
        ]
        return {"headers": [said.id, said.problem, said.question, said.answer], "data": rows}

    def _failure(self, name: str, row: int) -> TestQuestion | None:
        """The question of a failure, to be asked anew; None, and why, where it cannot be."""
        try:
            run = self._evaluations.open(name)
            if run is None or row >= len(run.failures):
                return None
            is_here = self._evaluations.is_about_this_index(run)
        except YoujuError as error:
            warn(in_words(error, self._words), self._words)
            return None
        if not is_here:
            warn(self._words.evaluation.cannot_ask, self._words)
            return None
        return run.failures[row][1].question


def _cell(run: FinishedRun, tag: str, metric: str) -> str:
    figure = run.figures.figures[tag].get(metric)
    if figure is None:
        return "<td>–</td>"
    return f"<td>{shown(metric, figure.value)}<small>{shown_interval(metric, figure)}</small></td>"


def _plots(run: FinishedRun) -> str:
    drawn = (
        plots.rank_distribution(run.records),
        plots.refusal_curve(run.info.threshold, run.records),
        plots.reliability(run.records),
        plots.latency(run.records),
    )
    return '<div class="youju-plots">' + "".join(f"<figure>{svg}</figure>" for svg in drawn if svg) + "</div>"
