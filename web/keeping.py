"""Answers on their way into a conversation."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa.answer import Turn
from qa.events import Done, Event
from qa.filters import Filters
from qa.history import History


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer belongs: a conversation, or ("") a new one of its owner's, which it begins."""

    conversation: str = ""
    owner: str = ""
    before: Sequence[Turn] = ()
    """What a new one follows on."""
    filters: Filters | None = None
    replaces: str | None = None
    """The conversation's last answer, whose place is taken."""


def kept(events: Iterator[Event], history: History, place: Place) -> Iterator[tuple[Event, str]]:
    """The events with the conversation that they belong to: the answer is in it before it is said to be done.

    Raises what the events and `History.record` raise.
    """
    conversation = place.conversation
    for event in events:
        if isinstance(event, Done):
            conversation = history.record(
                conversation,
                event.answer,
                owner=place.owner,
                before=place.before,
                filters=place.filters,
                replaces=place.replaces,
            )
        yield event, conversation
