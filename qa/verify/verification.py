"""What is said of a statement that was checked, apart from what checks it: clients read it too."""

from pydantic import BaseModel, Field

from qa.answer import Verdict

MAX_STATEMENT = 1000
"""Characters."""


class Verification(BaseModel):
    """What became of a statement."""

    verdict: Verdict
    confidence: float = Field(
        ge=0,
        le=1,
        description="estimated chance that a supported or partial statement is borne out, or an unsupported one is not; what a check has found counts for half at least",
    )
    reasons: list[str] = Field(description="what does not agree, in the statement's script; empty when supported")
