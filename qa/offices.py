"""Offices: a deputy is not the head, nor is an assistant."""

import re

_OFFICE = re.compile(
    r"(?P<deputy>副|(?<![目以之])前任?|原|代理?|候任)?(?P<office>(?:总|董事|理事|秘书|执行)?(?:局|厅|部|市|省|县|区|镇|院|校|所|处|科|司|会|署|行|队|社|馆|团|庭)长|董事长|理事长|秘书长"
    r"|总?经理|总裁|主任|书记|主席|总统|总理|首相|总编辑?|教练)(?P<assistant>助理|秘书)?"
)


def offices_in(folded: str) -> set[tuple[str, str]]:
    """The offices that a folded text names, each with what makes it another one: ("局长", "副"), ("局长", "")."""
    found = ((m["office"], f"{m['deputy'] or ''}{m['assistant'] or ''}") for m in _OFFICE.finditer(folded))
    return set(found)


def other_offices(said: str, there: str) -> list[tuple[str, str]]:
    """Offices of one folded text that the other names, but never so: 局长 where that has 副局长 alone; with what it has."""
    known = offices_in(there)
    found = []
    for office, kind in sorted(offices_in(said)):
        kinds = sorted(other for name, other in known if name == office)
        if kinds and kind not in kinds:
            found.append((office_words(office, kind), office_words(office, kinds[0])))
    return found


def office_words(office: str, kind: str) -> str:
    """An office with what makes it another one: 副局长, 局长助理."""
    return f"{office}{kind}" if kind in ("助理", "秘书") else f"{kind}{office}"
