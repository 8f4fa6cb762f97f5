"""Origins as browsers name them: scheme, host and port of the page that a request comes from."""

import re

_ORIGIN = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?")
_DEFAULT_PORT = re.compile(r"(?<=^http://).*(?=:80$)|(?<=^https://).*(?=:443$)")


def origin_of(text: str) -> str:
    """An origin in the one form that browsers send: lower case, no path, no port that goes without saying.

    Raises ValueError for anything else, "*" and "null" too: each site is named.
    """
    origin = text.strip().lower().removesuffix("/")
    if not _ORIGIN.fullmatch(origin):
        raise ValueError(f"{text!r} is not an origin such as https://www.example.org")
    if _DEFAULT_PORT.search(origin):
        return origin.rpartition(":")[0]
    return origin
