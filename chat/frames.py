"""Bodies of frames and requests, read field by field: nothing of a client's JSON goes further unread."""

import json
import uuid
from collections.abc import Collection, Mapping
from typing import Any

from chat.pages import Page, clean_page
from chat.text import clean_line, clean_text
from stores.errors import BadInput, TooLarge

VERSION = 1
LONGEST_BYTES = 65_536
# PostgreSQL's bigint holds more; JavaScript's numbers do not.
LARGEST_NUMBER = 2**53 - 1


class Body:
    """A JSON object. Each reader returns a clean value or raises BadInput that names the field."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data

    @classmethod
    def parse(cls, raw: str | bytes) -> "Body":
        """Read JSON text; raises TooLarge, BadInput."""
        if len(raw if isinstance(raw, bytes) else raw.encode(errors="surrogatepass")) > LONGEST_BYTES:
            raise TooLarge(f"A body may have {LONGEST_BYTES:,} bytes.")
        try:
            data = json.loads(raw)
        except (ValueError, RecursionError):
            raise BadInput("The body is not JSON.") from None
        if not isinstance(data, dict):
            raise BadInput("The body is not a JSON object.")
        return cls(data)

    def about(self, names: Mapping[str, Any]) -> "Body":
        """The body with what its address says, which holds against what it says itself."""
        return Body({**self._data, **names})

    @property
    def type(self) -> str:
        """The frame's type, or ""."""
        kind = self._data.get("type")
        return kind if isinstance(kind, str) else ""

    @property
    def is_current_version(self) -> bool:
        return self._data.get("v") == VERSION

    def echo(self) -> dict[str, str]:
        """What an error repeats, so that the sender knows what it is about: short texts only."""
        names = ("client_id", "conversation")
        return {name: value for name in names if isinstance(value := self._data.get(name), str) and len(value) <= 64}

    def secret(self, name: str) -> str:
        """A token or ticket; "" for whatever cannot be one."""
        value = self._data.get(name)
        return value if isinstance(value, str) and value.isascii() and len(value) <= 1000 else ""

    def identifier(self, name: str) -> uuid.UUID:
        value = self._data.get(name)
        try:
            return uuid.UUID(value if isinstance(value, str) else "")
        except ValueError:
            raise BadInput(f"“{name}” is not a UUID.") from None

    def number(self, name: str) -> int:
        value = self._data.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LARGEST_NUMBER:
            raise BadInput(f"“{name}” is not a whole number from 0 on.")
        return value

    def flag(self, name: str) -> bool:
        value = self._data.get(name)
        if not isinstance(value, bool):
            raise BadInput(f"“{name}” is neither true nor false.")
        return value

    def text(self) -> str:
        """What somebody wrote, cleaned."""
        return clean_text(self._data.get("text"))

    def line(self, name: str, longest: int) -> str:
        return clean_line(self._data.get(name), longest)

    def page(self, origins: Collection[str]) -> Page:
        return clean_page(self._data.get("page"), origins=origins)
