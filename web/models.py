"""The language model of a running server: which one writes, and another one in its place."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import AnyHttpUrl, SecretStr, TypeAdapter, ValidationError

from qa.generation.chat import Endpoint
from qa.generation.trouble import ModelTrouble, Trouble
from qa.generation.writer import Writer
from qa.library import Library

_HTTP = TypeAdapter(AnyHttpUrl)
MakeWriter = Callable[[Endpoint], Writer]


@dataclass(frozen=True, slots=True)
class Present:
    """The model that writes now. Its key is known to be there or not, and never given; its address, without a password,
    only where it may be changed."""

    name: str
    address: str
    has_key: bool


class Models:
    """Sets the library's model, in memory alone. Safe to share between threads."""

    def __init__(self, library: Library, make: MakeWriter | None = None) -> None:
        """`make` None: it may not be changed here, as where others reach the server."""
        self._library = library
        self._make = make

    @property
    def is_changeable(self) -> bool:
        return self._make is not None

    @property
    def present(self) -> Present | None:
        """None where answers are quotations."""
        writer = self._library.writer
        if writer is None:
            return None
        endpoint = writer.chat.endpoint
        address = endpoint.base_url or "" if self.is_changeable else ""
        return Present(endpoint.model, _public(address), endpoint.api_key is not None)

    def use(self, address: str, name: str, key: str) -> None:
        """Write with another model, once it has answered; without a `key` at the present one's address its key stays.

        Raises ModelTrouble, and leaves the present one, where it does not answer; PermissionError.
        """
        if self._make is None:
            raise PermissionError("the model is set where the server is started")
        if address and not _is_address(address):
            raise ModelTrouble(Trouble.UNREACHABLE)
        writer = self._make(Endpoint(name, address or None, self._key(address, key)))
        if not writer.chat.complete([("human", "1+1=?")], writer.chat.begin()).strip():
            raise ModelTrouble(Trouble.EMPTY)
        self._library.write_with(writer)

    def stop(self) -> None:
        """Answers are quotations from now on. Raises PermissionError."""
        if self._make is None:
            raise PermissionError("the model is set where the server is started")
        self._library.write_with(None)

    def _key(self, address: str, key: str) -> SecretStr | None:
        if key:
            return SecretStr(key)
        writer = self._library.writer
        is_same = writer is not None and (writer.chat.endpoint.base_url or "") == address
        return writer.chat.endpoint.api_key if writer and is_same else None


def _is_address(text: str) -> bool:
    try:
        _HTTP.validate_python(text)
    except ValidationError:
        return False
    return True


def _public(address: str) -> str:
    """An address without the name and password that it may carry."""
    return re.sub(r"//[^/@]*@", "//", address)
