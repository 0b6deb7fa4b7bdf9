"""Who is asked to answer a waiting conversation, and why: pure and versioned.

Version 1. Waves start 0, 30 and 60 s after the question; after 90 s nobody is asked any more. Asked are experts who
are available, present, have room and were not asked before, in this order: owns the product, owns another product
of its category, has fewer open conversations, has been without a new one for longer. The first wave asks two, the
second four more, the third everybody else. An expert comes first for 15 s; any available one may claim at any time.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

ROUTING_VERSION = "1"
WAVES_AT_SECONDS = (0, 30, 60)
WAVE_SIZES: tuple[int | None, ...] = (2, 4, None)
MISSED_AT_SECONDS = 90
CLAIM_SECONDS = 15


@dataclass(frozen=True)
class Candidate:
    """An expert who is available and present, as far as routing needs to know her."""

    expert_id: uuid.UUID
    owns_product: bool
    owns_category: bool
    open_conversations: int
    max_conversations: int
    # Since she last claimed one, or was engaged.
    idle_seconds: int
    was_asked: bool = False

    @property
    def has_room(self) -> bool:
        return self.open_conversations < self.max_conversations


@dataclass(frozen=True)
class Ask:
    """One expert to be asked: what it rests on, and the sentence that she reads. `explain(factors)` gives it again."""

    expert_id: uuid.UUID
    factors: dict[str, Any]
    reason: str


def choose(candidates: Sequence[Candidate], *, wave: int, product: str = "", category: str = "") -> list[Ask]:
    """The experts whom `wave` (0, 1, 2) asks, best first; `product` and `category` name what the shopper looks at."""
    asked = [candidate for candidate in candidates if candidate.has_room and not candidate.was_asked]
    ranked = sorted(asked, key=_rank)[: WAVE_SIZES[wave]]
    return [_ask(candidate, wave, place, product, category) for place, candidate in enumerate(ranked, start=1)]


def _rank(candidate: Candidate) -> tuple[bool, bool, int, int, uuid.UUID]:
    return (
        not candidate.owns_product,
        not candidate.owns_category,
        candidate.open_conversations,
        -candidate.idle_seconds,
        candidate.expert_id,
    )


def _ask(candidate: Candidate, wave: int, place: int, product: str, category: str) -> Ask:
    factors = {
        "version": ROUTING_VERSION,
        "wave": wave,
        "place": place,
        "owns_product": candidate.owns_product,
        "owns_category": candidate.owns_category,
        "open_conversations": candidate.open_conversations,
        "idle_seconds": candidate.idle_seconds,
        "product": product,
        "category": category,
    }
    return Ask(expert_id=candidate.expert_id, factors=factors, reason=explain(factors))


def explain(factors: dict[str, Any]) -> str:
    """The strongest reason in words, for the expert who is asked."""
    if factors["owns_product"]:
        return f"You own the {factors['product'] or 'product'} that the shopper is looking at."[:300]
    if factors["owns_category"]:
        return f"You own something else from {factors['category']}."
    if factors["open_conversations"]:
        return f"You have room for one more beside your {factors['open_conversations']}."
    return "You are free."


def next_step(*, wave: int, started_at: dt.datetime) -> tuple[int, dt.datetime]:
    """What follows `wave` and when: the next wave, or (with the number after the last one) the promise."""
    times = (*WAVES_AT_SECONDS, MISSED_AT_SECONDS)
    return wave + 1, started_at + dt.timedelta(seconds=times[wave + 1])
