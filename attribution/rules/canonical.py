"""One text for one value, so that a decision computed again can be compared byte by byte."""

import datetime as dt
import json
from typing import Any


def canonical(value: Any) -> str:
    """Canonical JSON: keys sorted, no spaces; refuses floats, which print differently than they were meant."""
    _refuse_floats(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def stamp(moment: dt.datetime) -> str:
    """A moment in UTC to the microsecond; such texts sort as the moments do."""
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds")


def moment(text: str) -> dt.datetime:
    """The moment that `stamp` wrote."""
    return dt.datetime.fromisoformat(text)


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError(f"{value} is a float")
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _refuse_floats(part)
