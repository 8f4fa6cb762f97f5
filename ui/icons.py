"""Small line drawings for buttons, 24 units square, in the colour of the text around them."""

from markupsafe import Markup

_PATHS = {
    "back": "M15 5l-7 7 7 7",
    "close": "M6 6l12 12M18 6L6 18",
    "copy": "M9 9h11v11H9zM5 15H4V4h11v1",
    "down": "M7 4v10l4 6c1.5 0 2.3-1 2-2.5L12.500 14H19l1-5-1.500-5zM3 4v10",
    "forward": "M9 5l7 7-7 7",
    "link": "M10 14l4-4M9 8l2.500-2.500a4 4 0 015.700 5.700L14.500 14M15 16l-2.500 2.500a4 4 0 01-5.700-5.700L9.500 10",
    "markdown": "M3 6h18v12H3zM6 15V9l3 3 3-3v6M17 9v5M15 12.500l2 2 2-2",
    "menu": "M4 7h16M4 12h16M4 17h16",
    "more": "M5 12h.01M12 12h.01M19 12h.01",
    "retry": "M19 12a7 7 0 11-2-5M17 3v4h-4",
    "up": "M7 20V10l4-6c1.500 0 2.300 1 2 2.500L12.500 10H19l1 5-1.500 5zM3 20V10",
}


def icon(name: str) -> Markup:
    """The drawing's SVG, hidden from screen readers: its button has the words."""
    path = _PATHS[name]
    return Markup(
        f'<svg viewBox="0 0 24 24" width="18" height="18" fill="none" stroke="currentColor" stroke-width="1.8"'
        f' stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="{path}"/></svg>'
    )
