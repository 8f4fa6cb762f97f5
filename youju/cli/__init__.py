"""The command `youju`."""

from youju.cli.main import main

__all__ = ["main"]
