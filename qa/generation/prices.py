"""What a model's tokens cost."""

from pydantic import BaseModel, Field


class Prices(BaseModel):
    """What a model costs for a million tokens, in any one currency."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)

    def of(self, usage: dict[str, int]) -> float:
        """The cost of one answer, by the names that OpenAI's API has for its tokens."""
        sent, written = usage.get("prompt_tokens", 0), usage.get("completion_tokens", 0)
        return (sent * self.input + written * self.output) / 1_000_000
