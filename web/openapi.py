"""What /openapi.json says beside the forms of the routes: each error with an example, and how a key is sent."""

from typing import Any

from fastapi import FastAPI

from web.errors import INTERNAL, TOO_LARGE
from web.forms import ErrorBody, ErrorDetail

_ERRORS = {
    401: ("The server asks who comes, and no valid key was sent.", "unauthorized", "a key is needed.",
          "Send it as: Authorization: Bearer youju_…"),
    403: ("The key, or the page of another site, may not do that.", "forbidden",
          "this key is not good for that: it lacks the scope 'write'.", ""),
    404: ("There is no such thing.", "article_not_found", "no article has the id 'hefei-2024.txt'.",
          "List the ids with: youju articles"),
    408: ("The request did not come in time.", "too_slow", "the request did not come in time.", ""),
    409: ("Others write just now.", "index_busy", "articles are being added or removed.", "Try again in a while."),
    413: ("The request is too large.", "too_large", "the request has more than 16,777,216 bytes.", TOO_LARGE),
    422: ("The request is not of its form, or cannot be meant.", "bad_request",
          "question: Field required", "See /openapi.json for the form of the request."),
    429: ("One may not ask so often; the header Retry-After has seconds.", "too_many_requests",
          "one may ask 60/minute.", "Try again in 12 s."),
    500: ("A defect of the server's.", INTERNAL.code, INTERNAL.message, INTERNAL.hint),
    503: ("There is no index yet, or the server works on as much as it can (Retry-After).", "index_missing",
          "There is no index yet.", "Make one with: youju index PATH"),
    507: ("The server's disk is full; nothing was kept of what was sent.", "store_full",
          "No space left where the store lies.", "Make room on the server's disk, then try again."),
}  # fmt: skip
_FORM = "#/components/schemas/{model}"
ALWAYS = (401, 403, 429, 500, 503, 507)


def errors_of(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The responses of routes that may end in an error of these statuses, and in those that every route may end in."""
    return {status: _response(status) for status in sorted({*statuses, *ALWAYS})}


def describe(app: FastAPI) -> None:
    """Let the application's schema say that a key is sent as a bearer's, where one is asked for, and have the errors' form."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        schema = made()
        components = schema.setdefault("components", {})
        components["securitySchemes"] = {
            "key": {"type": "http", "scheme": "bearer", "description": "A key of `youju key add`: `youju_…`"}
        }
        forms = ErrorBody.model_json_schema(ref_template=_FORM)
        components.setdefault("schemas", {}).update(forms.pop("$defs") | {"ErrorBody": forms})
        schema["security"] = [{}, {"key": []}]
        return schema

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI's own documentation extends it


def _response(status: int) -> dict[str, Any]:
    description, code, message, hint = _ERRORS[status]
    example = ErrorBody(error=ErrorDetail(code=code, message=message, hint=hint)).model_dump()
    # Not as `model`: the framework would give it the media type of the route's success.
    content = {"schema": {"$ref": _FORM.format(model="ErrorBody")}, "example": example}
    return {"description": description, "content": {"application/json": content}}
