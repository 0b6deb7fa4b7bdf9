"""Candidates: who is suggested, invited, set apart, left out; and what members change about that."""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from experts import tasks
from experts.models import Candidate, Expert, Invitation, InvitationState
from stores.errors import NotFound
from stores.models import Store, User
from stores.services.audit import record_audit

# Each candidate is in exactly one of these: the first that holds.
PLACES = {
    "excluded": Q(excluded_at__isnull=False),
    "invited": Q(is_invited=True),
    "apart": ~Q(set_apart="") | Q(is_engaged=True),
}
SUGGESTED = "suggested"


@dataclass(frozen=True)
class Counts:
    """How many candidates are in each place."""

    suggested: int
    invited: int
    apart: int
    excluded: int

    @property
    def total(self) -> int:
        return self.suggested + self.invited + self.apart + self.excluded


def access_candidate(*, store: Store, candidate_id: uuid.UUID) -> Candidate:
    """One of the store's candidates, with the customer; raises NotFound."""
    try:
        return Candidate.objects.select_related("customer").get(store=store, pk=candidate_id)
    except Candidate.DoesNotExist:
        raise NotFound() from None


def candidates_in(*, store: Store, place: str) -> QuerySet[Candidate]:
    """The candidates of one place ("suggested" or a key of PLACES), best first, each with its customer."""
    return _placed(store).filter(_condition(place)).select_related("customer").order_by("position")


def count_candidates(*, store: Store) -> Counts:
    """How many candidates there are in each place."""
    counted = {name: Count("pk", filter=_condition(name)) for name in (SUGGESTED, *PLACES)}
    return Counts(**_placed(store).aggregate(**counted))


def ranked_at(*, store: Store) -> dt.datetime | None:
    """When the store's customers were ranked last, all at once."""
    first = Candidate.objects.filter(store=store).order_by("position").first()
    return first.ranked_at if first else None


def newest_invitations(*, store: Store, candidates: Iterable[Candidate]) -> dict[uuid.UUID, Invitation]:
    """Customer's id → the invitation that she was sent last."""
    customers = [candidate.customer_id for candidate in candidates]
    sent = Invitation.objects.filter(store=store, customer__in=customers).order_by("created_at")
    return {invitation.customer_id: invitation for invitation in sent if invitation.customer_id}


def exclude_candidate(*, candidate: Candidate, user: User, now: dt.datetime) -> None:
    """Leave a customer out of the suggestions, until a member brings her back; doing it twice is doing it once."""
    if Candidate.objects.filter(pk=candidate.pk, excluded_at=None).update(excluded_at=now):
        record_audit(store=candidate.store, user=user, verb="candidate.excluded", about=candidate, at=now)


def include_candidate(*, candidate: Candidate, user: User, now: dt.datetime) -> None:
    """Bring a customer back who was left out; doing it twice is doing it once."""
    if Candidate.objects.filter(pk=candidate.pk, excluded_at__isnull=False).update(excluded_at=None):
        record_audit(store=candidate.store, user=user, verb="candidate.included", about=candidate, at=now)


def ask_for_ranking(*, store: Store, user: User, now: dt.datetime) -> None:
    """Have all customers ranked anew, in the background."""
    record_audit(store=store, user=user, verb="candidates.ranked", about=store, at=now)
    transaction.on_commit(partial(tasks.rank.delay, str(store.pk)))


def _placed(store: Store) -> QuerySet[Candidate]:
    pending = Invitation.objects.filter(customer=OuterRef("customer"), state=InvitationState.PENDING)
    # Said by the ranking as well, but she may have accepted since.
    experts = Expert.objects.filter(customer=OuterRef("customer"))
    return Candidate.objects.filter(store=store).annotate(is_invited=Exists(pending), is_engaged=Exists(experts))


def _condition(place: str) -> Q:
    condition = Q()
    for name, holds in PLACES.items():
        if name == place:
            return condition & holds
        condition &= ~holds
    return condition
