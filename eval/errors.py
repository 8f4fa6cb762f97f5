"""Errors of this folder that the command line must know before anything heavy is imported."""

from index.errors import YoujuError


class GateError(YoujuError):
    """A bound is not in the form METRIC=VALUE, names no metric, or cannot be kept."""

    code = "bad_gate"
