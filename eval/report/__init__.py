"""The report of a run: one HTML page that needs nothing beside itself."""

from eval.report.page import render

__all__ = ["render"]
