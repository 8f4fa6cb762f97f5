"""The evaluation tab: choose a set, run it with progress, see figures and plots, open a failure in the chat."""

from collections.abc import Iterator
from html import escape
from pathlib import Path

import gradio as gr

from eval.choose import Conversion
from eval.metrics.figures import ALL
from eval.problems import Problem
from eval.report import plots
from eval.wording import shown, shown_interval
from index.errors import YoujuError
from qa.library import Library
from ui.chat import ChatView, Message, respond
from web.evaluation import Evaluations, FinishedRun, Progress
from web.panel import SCROLL_TO_CITED, hint_html

HEADLINES = {
    "correct": "正确",
    "answer.right": "答对",
    "refusal.recall": "应拒已拒",
    "refusal.wrong": "误拒",
    "article.hit@1": "首篇命中",
    "citation.precision": "引文精确",
    "citation.recall": "引文召回",
}
KINDS = {
    Problem.ERROR: "出错",
    Problem.OFFSETS: "引文位置不符",
    Problem.FORBIDDEN: "说了不该说的",
    Problem.NOT_REFUSED: "该拒未拒",
    Problem.NOT_RIGHT: "没答对",
    Problem.WRONGLY_REFUSED: "误拒",
    Problem.STATUS: "状态不符",
    Problem.NOT_FIRST: "首篇未中",
}
Uploads = dict[str, str]
"""Paths of uploaded question files by name, of one session."""
SCRIPTS: dict[str, Conversion | None] = {"照原样 · 照原樣": None, "简 → 繁": Conversion.S2T, "繁 → 简": Conversion.T2S}
NO_RUN = hint_html("选一个题集，按“开始”。 · 選一個題集，按「開始」。")
SHOWN_FAILURES = 200


def evaluation_tab(library: Library, evaluations: Evaluations, chat: ChatView, tabs: gr.Tabs) -> None:
    """Put the evaluation into the tab that is open."""
    with gr.Row(equal_height=True):
        chosen = gr.Dropdown(list(evaluations.sets()), label="题集 · 題集", scale=2, min_width=200)
        script = gr.Dropdown(list(SCRIPTS), value=next(iter(SCRIPTS)), label="字形", scale=1, min_width=120)
        limit = gr.Number(label="只问前 N 题（0 为全部）", value=0, minimum=0, precision=0, scale=1, min_width=120)
        earlier = gr.Dropdown(evaluations.runs(), value=None, label="以前的评测 · 以前的評測", scale=2, min_width=200)
    with gr.Row():
        start = gr.Button("开始 · 開始", variant="primary")
        stop = gr.Button("停止", interactive=False)
        upload = gr.UploadButton("上传题集 · 上傳題集（.jsonl）", file_types=[".jsonl"], type="filepath")
    progress = gr.HTML(NO_RUN)
    figures = gr.HTML(visible=False)
    drawn = gr.HTML(visible=False)
    failed = gr.Dataframe(
        label="没做对的题，点一行在问答里打开 · 沒做對的題，點一列在問答裡打開",
        visible=False,
        interactive=False,
        wrap=True,
        column_widths=[130, 120, 320, 560],
    )
    present = gr.State("")
    uploads = gr.State({})
    result = [present, progress, figures, drawn, failed]

    def begin(
        name: str | None, known: Uploads, how: str, most: float | None, request: gr.Request
    ) -> Iterator[tuple[object, ...]]:
        files = evaluations.sets() | {uploaded: Path(file) for uploaded, file in known.items()}
        limit = int(most) if most else None
        yield from _run(evaluations, name or "", files.get(name or ""), SCRIPTS[how], limit, str(request.session_hash))

    def take(file: str, known: Uploads) -> tuple[object, Uploads]:
        known = known | {Path(file).name: file}
        return gr.Dropdown([*evaluations.sets(), *known], value=Path(file).name), known

    def end(request: gr.Request) -> None:
        evaluations.stop(str(request.session_hash))

    def show(name: str | None) -> tuple[object, ...]:
        return _shown(evaluations, name)

    def open_failure(name: str, at: gr.SelectData) -> tuple[object, ...]:
        return _ask_again(library, evaluations, name, int(at.index[0]))

    start.click(begin, [chosen, uploads, script, limit], [*result, start, stop, earlier], api_visibility="private")
    upload.upload(take, [upload, uploads], [chosen, uploads], api_visibility="private")
    stop.click(end, None, None, api_visibility="private")
    earlier.focus(lambda: gr.Dropdown(choices=evaluations.runs()), None, earlier, api_visibility="private")
    earlier.input(show, earlier, result, api_visibility="private")
    opened = failed.select(open_failure, present, [tabs, *chat.outputs], api_visibility="private")
    opened.then(None, js=SCROLL_TO_CITED, api_visibility="private")


def _run(
    evaluations: Evaluations, name: str, questions: Path | None, how: Conversion | None, most: int | None, key: str
) -> Iterator[tuple[object, ...]]:
    """The tab's components as a run goes on; at the end its result, or what was wrong."""
    if questions is None:
        gr.Warning("请先选一个题集，或上传一个。 · 請先選一個題集，或上傳一個。")
        return
    running = (gr.Button(interactive=False), gr.Button(interactive=True), gr.skip())
    idle = (gr.Button(interactive=True), gr.Button(interactive=False))
    try:
        for progress in evaluations.run(Path(name).stem, questions, how, most, key):
            if progress.run:
                runs = gr.Dropdown(evaluations.runs(), value=progress.run)
                yield (*_shown(evaluations, progress.run), *idle, runs)
            else:
                yield ("", _bar(progress), *(gr.skip() for _ in range(3)), *running)
    except YoujuError as error:
        yield ("", hint_html(str(error)), *(gr.skip() for _ in range(3)), *idle, gr.skip())


def _bar(progress: Progress) -> str:
    left = f"，约剩 {progress.seconds_left:.0f} 秒" if progress.asked else ""
    return (
        f'<label class="youju-progress">{progress.asked} / {progress.total}{left}'
        f'<progress max="{progress.total}" value="{progress.asked}"></progress></label>'
    )


def _shown(evaluations: Evaluations, name: str | None) -> tuple[object, ...]:
    """The run's name, a line about it, its figures, plots and failures."""
    hidden = [gr.update(visible=False) for _ in range(3)]
    try:
        run = evaluations.open(name) if name else None
        if run is None:
            return ("", NO_RUN, *hidden)
        about = _about(run, is_here=evaluations.is_about_this_index(run))
    except YoujuError as error:
        return ("", hint_html(str(error)), *hidden)
    return (
        run.name,
        about,
        gr.HTML(_table(run), visible=True),
        gr.HTML(_plots(run), visible=True),
        gr.Dataframe(_failed(run), visible=True),
    )


def _about(run: FinishedRun, *, is_here: bool) -> str:
    """One line that names the run, and what a reader must know of it."""
    notes = [f"{escape(run.info.settings.name)}：{run.metrics.asked} / {run.metrics.of}"]
    if not is_here:
        notes.append(f"用的是另一个索引 · 用的是另一個索引（{escape(run.info.settings.target.where)}）")
    if lost := sum(len(record.unlocated) for record in run.records):
        notes.append(f"索引中找不到的标准引文：{lost} 条")
    link = f'<a href="/runs/{escape(run.name)}/report.html" target="_blank" rel="noopener">完整报告 · 完整報告</a>'
    return f'<p class="youju-hint">{" · ".join([*notes, link])}</p>'


def _table(run: FinishedRun) -> str:
    """One row a tag, all questions first; the intervals in small type."""
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("标签 · 標籤", "题数", *HEADLINES.values()))
    tags = [ALL, *(tag for tag in run.figures.questions if tag != ALL)]
    rows = "".join(
        f'<tr><th scope="row">{escape(tag)}</th><td>{run.figures.questions[tag]}</td>'
        + "".join(_cell(run, tag, metric) for metric in HEADLINES)
        + "</tr>"
        for tag in tags
    )
    return f'<div class="youju-figures"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'


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


def _failed(run: FinishedRun) -> dict[str, object]:
    rows = [
        [
            record.question.id,
            KINDS[kind],
            record.question.question,
            record.answer.answer if record.answer else record.error,
        ]
        for kind, record in run.failures[:SHOWN_FAILURES]
    ]
    return {"headers": ["id", "问题所在", "问题", "回答"], "data": rows}


def _ask_again(library: Library, evaluations: Evaluations, name: str, row: int) -> tuple[object, ...]:
    """The chat's tab, with the conversation of a failure and its question asked anew."""
    run = evaluations.open(name)
    if run is None or row >= len(run.failures):
        return tuple(gr.skip() for _ in range(6))
    if not evaluations.is_about_this_index(run):
        gr.Warning("这次评测用的是另一个索引，不能在这里重问。 · 這次評測用的是另一個索引，不能在這裡重問。")
        return tuple(gr.skip() for _ in range(6))
    question = run.failures[row][1].question
    history: list[Message] = [{"role": turn.role, "content": turn.content} for turn in question.history]
    return (gr.Tabs(selected="chat"), *respond(library, question.question, history))
