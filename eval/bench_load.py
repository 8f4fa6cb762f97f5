"""How many requests a server answers in a second, and what it holds while it does.

    python -m eval.bench_load [--home HOME] [--questions FILE] [--clients 1 --clients 8] [--seconds 15]
                              [--at-once 16] [--hold MINUTES] [--json]

Starts `youju serve` over the sample articles or a home, and a FastAPI that says hello, each in a process of its own. So
many clients (eval/load.py, all of them in this process, on the same cores) ask one question after another: answers whole
and streamed, searches, and the three mixed. "of hello" is the rate over that of the plain FastAPI with as many clients
in the same run: compare that, since the rest depends on the machine. "processor" is what the server had of the cores for
one answer: the cores divided by it are the most answers that they can give, whatever else goes on. Times are from when a question is first
asked, waits that the server asks for (503 with Retry-After) included. Ends with status 1 where there were errors.

With --hold the number of clients that brought most
answers of the mix, with 95 % of them within 2 s and without an error, goes on for so many minutes.
"""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from math import isnan
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from eval.load import ASK, HELLO, SEARCH, STREAMED, Kind, Tally, load
from eval.questions import read_questions
from eval.run_script import run_script
from eval.served import Served, Usage, processor_seconds, served_hello, served_home, usage_of
from eval.served_samples import sample_home
from index.errors import YoujuError

QUESTIONS = Path(__file__).parent / "sets" / "samples" / "questions.jsonl"
MIX = "mixed"
KINDS = {kind.name: (kind,) for kind in (ASK, STREAMED, SEARCH)} | {MIX: (ASK, STREAMED, SEARCH)}
WARM_UP = 3.0
"""Seconds of the mix before anything is counted."""
BOUND = 2.0
"""Seconds within which 95 % of the answers must come of a level that is held."""
REST = 2.0
"""Seconds after the last answer until the server is looked at once more."""
MINUTE = 60.0
NO_HELLO: Mapping[int, float] = {}
WIDTH = 130
"""Columns of the tables, also where there is no terminal."""


@dataclass(frozen=True, slots=True)
class Level:
    """What so many clients were told that sent one kind of requests."""

    at_once: int
    kind: str
    clients: int
    tally: Tally
    processor: float
    """Seconds that the server had of all cores."""
    hello: float
    """Answers a second of the plain FastAPI to as many."""

    @property
    def has_held(self) -> bool:
        return not self.tally.errors and self.tally.took(95) <= BOUND


@dataclass(slots=True)
class Held:
    """A level that went on. `usage`: when it began, after each minute, and at its end after a rest."""

    clients: int
    started: Usage
    """What the server held when it was ready, before anything was asked."""
    usage: list[Usage] = field(default_factory=list)
    tally: Tally = field(default_factory=lambda: Tally(0.0))


@dataclass(frozen=True, slots=True)
class Plan:
    """Who asks what, how long."""

    questions: Sequence[str]
    clients: Sequence[int]
    seconds: float
    seed: int = 0

    async def asked(self, url: str, kinds: Sequence[Kind], clients: int, seconds: float) -> Tally:
        return await load(url, kinds, self.questions, clients, seconds, self.seed)


def main(
    home: Annotated[Path | None, typer.Option(help="An indexed home; else the sample articles.")] = None,
    questions: Annotated[Path, typer.Option(help="A question set.")] = QUESTIONS,
    clients: Annotated[list[int] | None, typer.Option(min=1, max=1000, help="Clients that ask at once.")] = None,
    seconds: Annotated[float, typer.Option(min=0.1, help="Seconds for which they ask.")] = 15.0,
    at_once: Annotated[list[int] | None, typer.Option(min=1, help="YOUJU_AT_ONCE of the server.")] = None,
    hold: Annotated[float, typer.Option(min=0, help="Minutes for which the rate is held.")] = 0.0,
    seed: Annotated[int, typer.Option(help="By which questions are drawn.")] = 0,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Measure a server under load."""
    asked = [question.question for question in read_questions(questions, skip_bad=True) if not question.history]
    plan = Plan(asked, clients or [1, 8, 32, 128], seconds, seed)
    with served_hello() as server:
        levels = asyncio.run(measure(server, plan, {HELLO.name: (HELLO,)}))
    hello, held = {level.clients: level.tally.rate() for level in levels}, None
    with _home(home) as folder:
        for number, places in enumerate(at_once or [16]):
            with served_home(folder, at_once=str(places), rate="") as server:
                started = usage_of(server.pid)
                levels += asyncio.run(measure(server, plan, KINDS, places, hello))
                if hold and not number and (best := held_best(levels)):
                    held = Held(best, started)
                    asyncio.run(go_on(server, plan, held, hold * MINUTE))
    if as_json:
        print(_json_of(levels, held))
    else:
        _print(levels, held)
    if hold and held is None:
        raise YoujuError(f"no level held: 95 % of the answers within {BOUND:g} s, no error.", "Give fewer --clients.")
    if any(level.tally.errors for level in levels) or (held and held.tally.errors):
        raise typer.Exit(1)


async def measure(
    server: Served,
    plan: Plan,
    kinds: Mapping[str, Sequence[Kind]],
    at_once: int = 0,
    hello: Mapping[int, float] = NO_HELLO,
) -> list[Level]:
    """The levels of each of the `kinds`, of a server that works on so much at once; `hello` has what a plain FastAPI answers
    in a second, by the number of clients."""
    levels = []
    await plan.asked(server.url, [kind for some in kinds.values() for kind in some], 2, WARM_UP)
    for name, some in kinds.items():
        for n in plan.clients:
            before = processor_seconds(server.pid)
            tally = await plan.asked(server.url, some, n, plan.seconds)
            had = processor_seconds(server.pid) - before
            levels.append(Level(at_once, name, n, tally, had, hello.get(n, tally.rate())))
    return levels


def held_best(levels: Sequence[Level]) -> int:
    """The clients of the mixed level that brought most answers of those that held; 0 where none did."""
    held = [level for level in levels if level.kind == MIX and level.has_held]
    return max(held, key=lambda level: level.tally.rate()).clients if held else 0


async def go_on(server: Served, plan: Plan, held: Held, seconds: float) -> None:
    """Hold the level, and look at the server each minute."""
    held.usage.append(usage_of(server.pid))
    watching = asyncio.create_task(_watch(server.pid, held.usage))
    held.tally = await plan.asked(server.url, KINDS[MIX], held.clients, seconds)
    watching.cancel()
    await asyncio.sleep(REST)
    held.usage.append(usage_of(server.pid))


async def _watch(pid: int, usage: list[Usage]) -> None:
    while True:
        await asyncio.sleep(MINUTE)
        usage.append(usage_of(pid))


@contextmanager
def _home(given: Path | None) -> Iterator[Path]:
    if given is not None:
        yield given
        return
    with sample_home() as home:
        yield home


def _print(levels: Sequence[Level], held: Held | None) -> None:
    console = Console(width=WIDTH)
    console.print(table_of(levels))
    if held:
        console.print(table_of_minutes(held))


def figures_of(tally: Tally) -> dict[str, Any]:
    """Counts, answers a second, and seconds; what was not measured is null."""
    counts = {"requests": tally.requests, "answered": len(tally.answered), "told_to_wait": tally.told_to_wait}
    times = {"p50": tally.took(50), "p95": tally.took(95), "first_p50": tally.first(50), "first_p95": tally.first(95)}
    seconds = {name: None if isnan(time) else time for name, time in times.items()}
    return {**counts, "errors": dict(tally.errors), "rate": tally.rate(), **seconds}


def _json_of(levels: Sequence[Level], held: Held | None) -> str:
    rows = [
        {"at_once": x.at_once, "kind": x.kind, "clients": x.clients, "processor": x.processor, "hello": x.hello}
        | figures_of(x.tally)
        for x in levels
    ]
    usage = [asdict(one) for one in (held.started, *held.usage)] if held else []
    going_on = {"clients": held.clients, "usage": usage, **figures_of(held.tally)} if held else None
    return json.dumps({"levels": rows, "held": going_on})


def table_of(levels: Sequence[Level]) -> Table:
    """Times in milliseconds."""
    table = Table(
        "at once", "request", "clients", "answers/s", "of hello", "p50 ms", "p95", "first event p50", "p95",
        "processor ms", "told to wait", "errors",
    )  # fmt: skip
    for level in levels:
        tally = level.tally
        times = [tally.took(50), tally.took(95), tally.first(50), tally.first(95)]
        times.append(level.processor / len(tally.answered) if tally.answered else float("nan"))
        table.add_row(
            str(level.at_once or ""),
            level.kind,
            str(level.clients),
            f"{tally.rate():.1f}",
            f"{100 * tally.rate() / level.hello:.2f} %" if level.hello else "",
            *(_milliseconds(time) for time in times),
            str(tally.told_to_wait),
            _errors(tally),
        )
    return table


def _milliseconds(seconds: float) -> str:
    return "" if isnan(seconds) else f"{seconds * 1e3:.{1 if seconds < 0.1 else 0}f}"


def table_of_minutes(held: Held) -> Table:
    """A row for what the server held when it was ready, when the level began, after each minute, and at the end."""
    table = Table(
        f"{held.clients} clients, mixed", "answers/s", "p95 ms", "memory MB", "of no file MB", "descriptors", "threads"
    )
    _add(table, "ready", "", "", held.started)
    _add(table, "before", "", "", held.usage[0])
    for minute, usage in enumerate(held.usage[1:-1]):
        span = (minute * MINUTE, (minute + 1) * MINUTE)
        _add(table, str(minute + 1), f"{held.tally.rate(*span):.1f}", _milliseconds(held.tally.took(95, *span)), usage)
    _add(table, "after", f"{held.tally.rate():.1f}", _milliseconds(held.tally.took(95)), held.usage[-1])
    table.caption = (
        f"{len(held.tally.answered)} answered, {held.tally.told_to_wait} told to wait, {_errors(held.tally)} errors"
    )
    return table


def _add(table: Table, when: str, rate: str, took: str, usage: Usage) -> None:
    sizes = f"{usage.resident:.0f}", f"{usage.anonymous:.0f}", str(usage.descriptors), str(usage.threads)
    table.add_row(when, rate, took, *sizes)


def _errors(tally: Tally) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(tally.errors.items())) or "0"


if __name__ == "__main__":
    run_script(main)
