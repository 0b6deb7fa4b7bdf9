"""What every rail offers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from payouts.models import Payout, PayoutRun


@dataclass(frozen=True)
class RailFile:
    """A file that a person carries to the bank.

    `refusal` says in words why it cannot be made for a run, empty if it can; `render` gives the same bytes every time.
    """

    label: str
    suffix: str
    content_type: str
    refusal: Callable[[PayoutRun], str]
    render: Callable[[PayoutRun, Sequence[Payout]], bytes]


class RailModule(Protocol):
    """A rail: its files by the key that stands in their address."""

    FILES: Mapping[str, RailFile]
