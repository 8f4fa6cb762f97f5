"""A client of the HTTP API, blocking and asynchronous, with the server's own forms for what comes back.

from youju.client import Youju

with Youju("http://127.0.0.1:7860", key="youju_…") as youju:
    answer = youju.ask("合肥有多少家量子企业？")
    for sentence in answer.sentences:
        print(sentence.text, sentence.verdict, sentence.citations)

ClientError (a YoujuError)
|-- ServerUnreachable    no answer, or none that a Youju server gives
`-- Refused              what the server says: `status`, `code`, `message`, `hint`, `retry_after`
"""

from qa.answer import Answer, AnswerSentence, Citation, Hit, Status, Turn, Verdict
from qa.events import Cited, Done, Event, Said
from qa.filters import Filters
from qa.history import Conversation
from qa.verify.verification import Verification
from web.forms import ArticleBody, ArticleRow, Job, Readiness, SearchResponse, Taken
from youju.client.asynchronous import AsyncYouju
from youju.client.blocking import Youju
from youju.client.errors import ClientError, Refused, ServerUnreachable

__all__ = [
    "Answer",
    "AnswerSentence",
    "ArticleBody",
    "ArticleRow",
    "AsyncYouju",
    "Citation",
    "Cited",
    "ClientError",
    "Conversation",
    "Done",
    "Event",
    "Filters",
    "Hit",
    "Job",
    "Readiness",
    "Refused",
    "Said",
    "SearchResponse",
    "ServerUnreachable",
    "Status",
    "Taken",
    "Turn",
    "Verdict",
    "Verification",
    "Youju",
]
