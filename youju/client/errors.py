"""What may go wrong between a client and its server."""

import json

from index.errors import YoujuError
from web.forms import ErrorBody


class ClientError(YoujuError):
    """The server did not do what it was asked."""

    code = "client_error"


class ServerUnreachable(ClientError):
    """No answer came, or none that a Youju server gives."""

    code = "unreachable"


class Refused(ClientError):
    """The server says why it does not do what it was asked. `status` is HTTP's, 200 for a stream that ended in an error;
    `retry_after` seconds are worth waiting, where the server says so."""

    def __init__(self, status: int, code: str, message: str, hint: str = "", retry_after: int | None = None) -> None:
        super().__init__(message, hint)
        self.status = status
        self.code = code
        self.retry_after = retry_after


def refusal(status: int, body: str, retry_after: str = "") -> ClientError:
    """What a response that is no success, or a stream's `error`, says. `retry_after` is the header of that name."""
    try:
        detail = ErrorBody.model_validate(json.loads(body)).error
    except ValueError:  # of JSON, or of pydantic: a proxy speaks in its place
        return ServerUnreachable(
            f"the server answered {status} with what is no error of Youju's.", "Is its address right?"
        )
    wait = int(retry_after) if retry_after.isdecimal() else None
    return Refused(status, detail.code, detail.message, detail.hint, wait)
