"""Invitations: offered to one person by e-mail, good for three days, ended once and for all."""

import datetime as dt
import secrets
import uuid

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from experts import tasks
from experts.models import ExpertState, Invitation
from experts.models import InvitationState as State
from experts.services.letters import invitation_letter
from experts.services.terms import terms_in_force
from stores.errors import BadInput, Conflict, NotFound, TooMany
from stores.models import Customer, Store, User
from stores.scope import dangerously_across_stores
from stores.services.audit import record_audit
from stores.services.tenants import hash_secret

INVITATION_HOURS = 72
VALID = dt.timedelta(hours=INVITATION_HOURS)
# A task has had its chance by then; what is still unsent it has lost.
LOST_AFTER = dt.timedelta(seconds=30)
# A double click on "Send again" sends one letter.
PAUSE = dt.timedelta(minutes=1)
SHOWN_AFTER_THE_END = dt.timedelta(days=30)
MOST_SHOWN = 200
MOST_SWEPT = 500

Key = tuple[uuid.UUID, uuid.UUID]


def invite(*, store: Store, customer: Customer, user: User, now: dt.datetime) -> Invitation:
    """Offer a customer to become an expert under the terms in force; the e-mail leaves after the commit.

    Raises BadInput where no e-mail address is known, Conflict for an expert and for somebody invited already.
    """
    if not (email := customer.email.strip().lower()):
        raise BadInput(f"We know no e-mail address of {customer}: your import did not name one.")
    if _is_expert(store, customer, email):
        raise Conflict(f"{customer} is one of your experts already.")
    _end_overdue(store, email, now)
    already = Conflict(f"{customer} has been invited already. Under Experts you can send it again or withdraw it.")
    if store.invitations.filter(email=email, state=State.PENDING).exists():
        raise already
    terms = terms_in_force(store=store, at=now)
    try:
        with transaction.atomic():
            invitation = Invitation.objects.create(
                store=store,
                customer=customer,
                terms=terms,
                email=email,
                token_hash=_hash_of_no_token(),
                invited_by=user,
                created_at=now,
                expires_at=now + VALID,
            )
    except IntegrityError:
        raise already from None
    record_audit(store=store, user=user, verb="invitation.made", about=invitation, at=now)
    _send_after_commit(invitation)
    return invitation


def withdraw(*, invitation: Invitation, user: User, now: dt.datetime) -> None:
    """End an invitation that nobody has accepted; its link leads nowhere from then on. Raises Conflict."""
    _end(invitation, State.REVOKED, now)
    record_audit(store=invitation.store, user=user, verb="invitation.withdrawn", about=invitation, at=now)


def send_again(*, invitation: Invitation, user: User, now: dt.datetime) -> Invitation:
    """Send a pending invitation once more: new link, the old one dead, three days from now, the terms in force now.

    For one that ran out a new invitation is made. Raises Conflict once it was accepted or withdrawn, TooMany within a
    minute of the last letter.
    """
    if invitation.state == State.EXPIRED and invitation.customer:
        return invite(store=invitation.store, customer=invitation.customer, user=user, now=now)
    if invitation.sent_at and invitation.sent_at > now - PAUSE:
        raise TooMany("It was sent a moment ago. Give it a minute to arrive.")
    pending = Invitation.objects.filter(pk=invitation.pk, state=State.PENDING).exclude(sent_at__gt=now - PAUSE)
    changed = pending.update(
        token_hash=_hash_of_no_token(),
        terms=terms_in_force(store=invitation.store, at=now),
        expires_at=now + VALID,
        sent_at=None,
    )
    if not changed:
        raise Conflict("This invitation has ended in the meantime.")
    invitation.refresh_from_db()
    record_audit(store=invitation.store, user=user, verb="invitation.renewed", about=invitation, at=now)
    _send_after_commit(invitation)
    return invitation


def send_invitation(*, invitation_id: uuid.UUID, now: dt.datetime) -> None:
    """Write the letter of an invitation that waits for it; nothing where it was sent, has ended or ran out.

    The token is made here and stands in the letter alone: we keep its hash.
    """
    waiting = Invitation.objects.filter(pk=invitation_id, state=State.PENDING, sent_at=None, expires_at__gt=now)
    # The lock: a task and the sweep at the same moment send one letter, not two with one dead link.
    locked = waiting.select_for_update(of=("self",)).select_related("store", "terms__store", "customer")
    if not (invitation := locked.first()):
        return
    token = secrets.token_urlsafe(32)
    invitation.token_hash, invitation.sent_at = hash_secret(token), now
    invitation.save(update_fields=["token_hash", "sent_at"])
    record_audit(store=invitation.store, user=None, verb="invitation.sent", about=invitation, at=now)
    # Last, so that a letter that cannot be sent leaves the row as it was, for the sweep.
    invitation_letter(invitation=invitation, token=token).send()


def expire(*, invitation_id: uuid.UUID, now: dt.datetime) -> None:
    """End a pending invitation whose time is over; nothing otherwise."""
    overdue = Invitation.objects.filter(pk=invitation_id, state=State.PENDING, expires_at__lte=now)
    if overdue.update(state=State.EXPIRED, ended_at=now):
        invitation = Invitation.objects.select_related("store").get(pk=invitation_id)
        record_audit(store=invitation.store, user=None, verb="invitation.expired", about=invitation, at=now)


def unsent_invitations(*, now: dt.datetime) -> list[Key]:
    """(store id, invitation id) of those whose letter a lost task did not send, the oldest first."""
    asked_for_before = now + VALID - LOST_AFTER
    waiting = dangerously_across_stores(Invitation).filter(
        state=State.PENDING, sent_at=None, expires_at__gt=now, expires_at__lt=asked_for_before
    )
    return list(waiting.order_by("created_at").values_list("store_id", "pk")[:MOST_SWEPT])


def overdue_invitations(*, now: dt.datetime) -> list[Key]:
    """(store id, invitation id) of pending ones whose time is over, the oldest first."""
    overdue = dangerously_across_stores(Invitation).filter(state=State.PENDING, expires_at__lte=now)
    return list(overdue.order_by("expires_at").values_list("store_id", "pk")[:MOST_SWEPT])


def invitations_to_show(*, store: Store, now: dt.datetime) -> QuerySet[Invitation]:
    """Those that wait for an answer, and those that lately ran out and were not renewed; newest first."""
    newer = store.invitations.filter(email=OuterRef("email"), created_at__gt=OuterRef("created_at"))
    ran_out = Q(state=State.EXPIRED, ended_at__gt=now - SHOWN_AFTER_THE_END) & ~Exists(newer)
    shown = store.invitations.filter(Q(state=State.PENDING) | ran_out).select_related("customer", "invited_by")
    return shown.order_by("-created_at", "-pk")[:MOST_SHOWN]


def access_invitation(*, store: Store, invitation_id: uuid.UUID) -> Invitation:
    """An invitation of the store; raises NotFound."""
    try:
        return store.invitations.select_related("store", "customer").get(pk=invitation_id)
    except Invitation.DoesNotExist:
        raise NotFound() from None


def _is_expert(store: Store, customer: Customer, email: str) -> bool:
    engaged = store.experts.exclude(state=ExpertState.LEFT)
    return engaged.filter(Q(customer=customer) | Q(user__email__iexact=email)).exists()


def _end(invitation: Invitation, state: str, now: dt.datetime) -> None:
    pending = Invitation.objects.filter(pk=invitation.pk, state=State.PENDING)
    if not pending.update(state=state, ended_at=now):
        raise Conflict("This invitation has ended in the meantime.")
    invitation.state, invitation.ended_at = state, now


def _end_overdue(store: Store, email: str, now: dt.datetime) -> None:
    # The sweep may be a minute late; "one pending for each address" must not wait for it.
    for overdue in store.invitations.filter(email=email, state=State.PENDING, expires_at__lte=now):
        expire(invitation_id=overdue.pk, now=now)


def _hash_of_no_token() -> str:
    """A hash that no link fits, until the letter is written."""
    return hash_secret(secrets.token_urlsafe(32))


def _send_after_commit(invitation: Invitation) -> None:
    # A broker that is away must not undo the answer to the owner: the sweep sends it. (No `partial`: Django reports a
    # robust hook that failed by its `__qualname__`, which a partial has not.)
    transaction.on_commit(lambda: _ring(invitation.store_id, invitation.pk), robust=True)


def _ring(store_id: uuid.UUID, invitation_id: uuid.UUID) -> None:
    tasks.send_invitation.delay(str(store_id), str(invitation_id))
