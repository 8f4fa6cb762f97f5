"""What the page works with: everything that is done happens in here, the tabs show it."""

from dataclasses import dataclass, field

from qa.feedback import FeedbackStore
from qa.history import History
from qa.library import Library
from qa.suggestions import Suggestions
from web.evaluation import Evaluations
from web.intake import Intake
from web.models import Models
from web.places import Places
from web.telemetry import Telemetry

ANSWERED = 8
"""Questions that are answered at once for those who use the page, whatever its language; others wait."""
WAITING = 16
"""Those who wait for that. Each holds one of the 40 threads of the whole server, so whoever comes then is told."""


@dataclass(frozen=True, slots=True)
class Services:
    """One of each for a home. Safe to share between threads and visitors."""

    library: Library
    history: History
    feedback: FeedbackStore
    evaluations: Evaluations
    intake: Intake
    suggestions: Suggestions
    models: Models
    telemetry: Telemetry = field(default_factory=Telemetry)
    places: Places = field(default_factory=lambda: Places(ANSWERED))
    line: Places = field(default_factory=lambda: Places(ANSWERED + WAITING))
