"""`python -m youju` is `youju`."""

from youju.cli import main

main()
