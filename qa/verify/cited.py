"""What a statement cites, and what stands around it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CitedText:
    """The cited characters of a source, in its own script."""

    text: str
    context: str = ""
    """Title, heading and the like: a subject may be named there, a figure may not."""
    published: str = ""
    """ISO date or "": what 今年 in the text is counted from."""
