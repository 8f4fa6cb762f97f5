"""What a run is measured by. The definitions are in eval/README.md."""

from eval.metrics.answers import contains_answer

__all__ = ["contains_answer"]
