"""youju search, ask."""

from typing import Annotated

import typer
from rich.console import Console
from rich.status import Status
from rich.text import Text

from qa.answer import Answer, Citation, Hit, Mode
from qa.compose import numbered
from qa.highlight import highlights
from qa.messages import NEAREST
from qa.question import Question, analyse
from qa.script import script_of
from youju.cli.filtering import ArticleOption, AsofOption, SinceOption, SourceOption, UntilOption, filters_of
from youju.cli.options import HomeOption, JsonOption, open_library, print_json

QuestionArgument = Annotated[str, typer.Argument(help="A question in Chinese (either script) or English.")]


def search(
    question: QuestionArgument,
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="Number of sentences.")] = 10,
    since: SinceOption = None,
    until: UntilOption = None,
    source: SourceOption = None,
    article: ArticleOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find the sentences nearest to a question, best first."""
    filters = filters_of(since, until, source, article)
    with _busy():
        pipeline = open_library(home).pipeline()
        hits = pipeline.search(question, k, filters)
        warnings = pipeline.warnings(question, filters, hits)
    for warning in warnings:
        Console(stderr=True).print(Text(warning, style="yellow"), soft_wrap=True)
    if as_json:
        print_json([hit.model_dump() for hit in hits])
        return
    analysed = analyse(question)
    console = Console()
    for number, hit in enumerate(hits, start=1):
        console.print(Text(f"{number:>3}  {hit.score:.3f}  ").append(_place(hit), style="dim"), soft_wrap=True)
        console.print(Text("     ").append(_marked(hit.quote, analysed)), soft_wrap=True)


def ask(
    question: QuestionArgument,
    since: SinceOption = None,
    until: UntilOption = None,
    source: SourceOption = None,
    article: ArticleOption = None,
    asof: AsofOption = None,
    quote: Annotated[bool, typer.Option("--quote", help="Quote, even where a language model is set.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer a question with citations, or say that the articles do not."""
    filters = filters_of(since, until, source, article)
    mode: Mode | None = "extractive" if quote else None
    with _busy():
        day = asof.date() if asof else None
        answer = open_library(home).pipeline().ask(question, filters=filters, asof=day, mode=mode)
    if as_json:
        print_json(answer.model_dump())
    else:
        print_answer(answer, Console())


def _busy() -> Status:
    """A spinner on standard error: an index that a killed run left stale is rebuilt first, which takes seconds."""
    return Console(stderr=True).status("reading the index")


def print_answer(answer: Answer, console: Console) -> None:
    """The answer with its [n], then each source with the words that matter in bold, and those that answer underlined."""
    console.print(Text(answer.answer), soft_wrap=True)
    if answer.nearest:
        console.print(Text(NEAREST[script_of(answer.question)]), soft_wrap=True)
        for fact in answer.nearest:
            console.print(Text(numbered(fact)), soft_wrap=True)
    reasons = [f"{said.text} {'；'.join(said.reasons)}" for said in answer.sentences if said.reasons]
    for warning in [*reasons, *answer.warnings]:
        console.print(Text(warning, style="yellow"), soft_wrap=True)
    question = analyse(answer.standalone_question)
    for citation in answer.citations:
        console.print()
        console.print(Text(f"[{citation.number}] ").append(_place(citation), style="dim"), soft_wrap=True)
        quote = _marked(citation.quote, question)
        if citation.answer:
            quote.stylize("underline", citation.answer.start - citation.start, citation.answer.end - citation.start)
        console.print(Text("    ").append(quote), soft_wrap=True)


def _place(found: Hit | Citation) -> str:
    """Title, source and date, those that there are, and the characters cited."""
    named = (found.title, found.source, found.published, f"{found.article_id} [{found.start}, {found.end})")
    return " · ".join(filter(None, named))


def _marked(quote: str, question: Question) -> Text:
    text = Text(quote)
    for span in highlights(question, quote):
        text.stylize("bold", span.start, span.end)
    return text
