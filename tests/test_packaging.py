"""What is installed is all that there is: an editable install would hide a package that is not listed."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_every_package_is_listed() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["packages"]
    roots = {name.partition(".")[0] for name in listed}
    folders = {
        str(p.parent.relative_to(ROOT)).replace("/", ".") for r in roots for p in (ROOT / r).rglob("__init__.py")
    }
    assert folders - set(listed) == set()
    assert len(listed) == len(set(listed))
