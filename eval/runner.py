"""Ask the questions of a set, several at a time, keeping each answer as it comes."""

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from eval.ask import ask_one
from eval.questions import TestQuestion
from eval.record import Record
from eval.targets import Target
from qa.generation.prices import Prices


def run(
    target: Target,
    questions: list[TestQuestion],
    keep: Callable[[Record], None],
    *,
    workers: int = 1,
    prices: Prices | None = None,
) -> Generator[Record, None, None]:
    """Ask every question; `keep` has each answer before it is given on, in the order in which they come.

    Ended early (KeyboardInterrupt, TargetGone, a closed iterator), it asks nothing more, and keeps
    what was being asked where that still answers.
    """
    waiting = iter(questions)
    asked: set[Future[Record]] = set()
    with ThreadPoolExecutor(workers, thread_name_prefix="eval") as pool:
        try:
            while True:
                for question in waiting:
                    asked.add(pool.submit(ask_one, target, question, prices))
                    if len(asked) >= 2 * workers:  # the next ones are ready, the rest not begun
                        break
                if not asked:
                    return
                done, _ = wait(asked, return_when=FIRST_COMPLETED)
                for future in done:
                    record = future.result()
                    keep(record)
                    asked.discard(future)  # not before it is kept, wherever Ctrl-C falls
                    yield record
        except BaseException:
            for future in asked:
                future.cancel()
            for record in _still_coming(asked):
                keep(record)
            raise


def _still_coming(asked: set[Future[Record]]) -> Iterator[Record]:
    for future in asked:
        if not future.cancelled() and future.exception() is None:
            yield future.result()
