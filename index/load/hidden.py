"""Text of a web page that its readers do not see: no part of the article.

By attribute, by inline style, by the page's own style sheets (without media queries and scripts): not displayed, invisible,
without size, off the screen, or in the colour of its background.
"""

import re
from collections.abc import Iterator

import tinycss2
import tinycss2.color3
from cssselect import SelectorError
from lxml.etree import XPathError
from lxml.html import HtmlElement
from tinycss2.ast import Declaration, QualifiedRule

MOST = 0.5
"""Share of a page's text from which on a hidden part is taken for the article: WeChat's pages, for one, hide theirs until
a script has run."""

Style = dict[str, str]

_NOTHING = re.compile(r"0*\.?0+(?:px|em|rem|pt|%)?")
_FAR = re.compile(r"-\d{4,}(?:\.\d+)?(?:px|em|rem|pt)")
_ON_SCREEN = re.compile(r"\b(?:all|screen)\b|^\s*$")
LONGEST = 2000
"""Characters of a declaration's value; a longer one is none, and may be made to be slow."""


def take_hidden(tree: HtmlElement) -> list[str]:
    """Remove what is hidden from the tree, and give its lines."""
    styles = _styles(tree)
    whole = _length(tree)
    taken = []
    for node in list(_outermost(tree, styles)):
        text = "".join(node.itertext())
        if _length(node) < MOST * whole:
            taken += [line.strip() for line in text.splitlines() if line.strip()]
            node.drop_tree()
    return taken


def _outermost(node: HtmlElement, styles: dict[HtmlElement, Style], background: str = "#fff") -> Iterator[HtmlElement]:
    """Hidden elements that stand in no other hidden one. `background`: the colour behind the node."""
    for child in node:
        if not isinstance(child.tag, str) or child.tag in ("script", "style", "head"):
            continue
        style = styles.get(child, {})
        behind = _behind(style, background)
        if _is_hidden(child, style, behind):
            yield child
        else:
            yield from _outermost(child, styles, behind)


def _behind(style: Style, background: str) -> str:
    """The colour behind an element; "" where a picture may be."""
    given = style.get("background-image", "none") + style.get("background", "")
    if "url(" in given or "gradient" in given:
        return ""
    return style.get("background-color") or style.get("background", "").split(" ")[0] or background


def _is_hidden(node: HtmlElement, style: Style, background: str) -> bool:
    if "hidden" in node.attrib or node.tag == "template":
        return True
    if style.get("display") == "none" or style.get("visibility") in ("hidden", "collapse"):
        return True
    if any(_NOTHING.fullmatch(style.get(name, "")) for name in ("opacity", "font-size")):
        return True
    sizes = (_NOTHING.fullmatch(style.get(name, "")) for name in ("width", "height", "max-width", "max-height"))
    if any(sizes) and style.get("overflow") == "hidden":
        return True
    if any(_FAR.fullmatch(style.get(name, "")) for name in ("left", "top", "right", "bottom", "text-indent")):
        return True
    return _is_same_colour(style.get("color", ""), background)


def _is_same_colour(one: str, other: str) -> bool:
    if one == "transparent":
        return True
    colour = tinycss2.color3.parse_color(one) if one else None
    return colour is not None and bool(other) and colour == tinycss2.color3.parse_color(other)


def _styles(tree: HtmlElement) -> dict[HtmlElement, Style]:
    """What style sheets and style attributes say of each element; the attribute has the last word."""
    styles: dict[HtmlElement, Style] = {}
    for sheet in tree.iter("style"):
        if not _ON_SCREEN.search(sheet.get("media", "")):
            continue
        for rule in _rules(sheet.text or ""):
            if isinstance(rule, QualifiedRule):
                style = _declared(rule.content)
                for node in _selected(tree, tinycss2.serialize(rule.prelude)) if style else ():
                    styles.setdefault(node, {}).update(style)
    for node in tree.iter():
        if isinstance(node.tag, str) and (given := node.get("style")) and len(given) <= LONGEST:
            styles.setdefault(node, {}).update(_declared(given))
    return styles


def _rules(sheet: str) -> list[object]:
    try:
        found: list[object] = tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True)
    except ValueError:  # a number of thousands of digits
        return []
    return found


def _selected(tree: HtmlElement, selector: str) -> list[HtmlElement]:
    try:
        return list(tree.cssselect(selector))
    except (SelectorError, XPathError, ValueError):  # a pseudo-class, a namespace, a character that no page can have
        return []


def _declared(content: object) -> Style:
    try:
        declarations = tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True)
    except ValueError:  # a number of thousands of digits
        return {}
    return {
        d.lower_name: tinycss2.serialize(d.value).strip().lower() for d in declarations if isinstance(d, Declaration)
    }


def _length(node: HtmlElement) -> int:
    """Characters of its text, without white space and code."""
    texts = node.xpath(".//text()[not(ancestor::script or ancestor::style)]")
    return sum(len("".join(text.split())) for text in texts)
