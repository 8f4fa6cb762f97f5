"""HTML from the templates under templates/: everything that is put into them is escaped."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("ui"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def warm_up() -> None:
    """Compile every template, so that no visitor waits for it."""
    for name in _environment().list_templates():
        _environment().get_template(name)


def render(template: str, **given: object) -> str:
    """The template's HTML."""
    return _environment().get_template(template).render(**given)
