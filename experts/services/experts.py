"""Experts: engaged, available, paused, gone."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from experts.languages import LANGUAGES
from experts.models import Expert
from experts.models import ExpertState as State
from stores.errors import BadInput, Conflict, NotFound
from stores.faces import FACES
from stores.models import AuditEvent, Store, User
from stores.scope import person_scope
from stores.services.audit import record_audit

MOST_CONVERSATIONS = 10
LONGEST_NAME = 40
LONGEST_ABOUT = 280
LONGEST_REASON = 200


@dataclass(frozen=True)
class Profile:
    """What an expert says of herself; shoppers see all of it but the number."""

    display_name: str
    face: str
    about: str
    languages: tuple[str, ...]
    max_conversations: int = 3


def check_profile(profile: Profile) -> Profile:
    """The profile, if it can be shown. Raises BadInput."""
    if not profile.display_name.strip():
        raise BadInput("Shoppers need a name to talk to.")
    if profile.face not in FACES:
        raise BadInput("Choose one of the portraits.")
    if not profile.languages or not set(profile.languages) <= set(LANGUAGES):
        raise BadInput("Choose at least one language that you advise in.")
    if len(profile.display_name.strip()) > LONGEST_NAME or len(profile.about.strip()) > LONGEST_ABOUT:
        raise BadInput(f"A name has up to {LONGEST_NAME} characters, a few words about you up to {LONGEST_ABOUT}.")
    if not 1 <= profile.max_conversations <= MOST_CONVERSATIONS:
        raise BadInput(f"Choose 1 to {MOST_CONVERSATIONS} conversations at once.")
    return profile


def experts_of(user: User) -> list[Expert]:
    """A person's engagements in all stores that she has not left, each with its store, the oldest first."""
    with person_scope(user.pk):
        mine = Expert.objects.filter(user=user).exclude(state=State.LEFT).select_related("store")
        return list(mine.order_by("engaged_at", "id"))


def list_experts(*, store: Store) -> QuerySet[Expert]:
    """The store's experts, newest first, those who left after all others."""
    has_left = ExpressionWrapper(Q(state=State.LEFT), output_field=BooleanField())
    return store.experts.annotate(has_left=has_left).order_by("has_left", "-engaged_at", "-pk")


def access_expert(*, store: Store, expert_id: uuid.UUID) -> Expert:
    """An expert of the store; raises NotFound."""
    try:
        return store.experts.select_related("store", "user", "customer").get(pk=expert_id)
    except Expert.DoesNotExist:
        raise NotFound() from None


def set_availability(*, expert: Expert, is_available: bool, now: dt.datetime) -> None:
    """Say whether she takes conversations now. Raises Conflict while the store has paused her or once she left."""
    mine = Expert.objects.filter(pk=expert.pk)
    if not (mine.active() if is_available else mine).update(is_available=is_available):
        raise Conflict(f"{expert.store.name} has paused you: you cannot take conversations at the moment.")
    expert.is_available = is_available


def change_profile(*, expert: Expert, profile: Profile, now: dt.datetime) -> None:
    """Change what shoppers see of her. Raises BadInput."""
    check_profile(profile)
    Expert.objects.filter(pk=expert.pk).update(
        display_name=profile.display_name.strip(),
        face=profile.face,
        about=profile.about.strip(),
        languages=list(profile.languages),
        max_conversations=profile.max_conversations,
    )
    record_audit(store=expert.store, user=expert.user, verb="expert.changed", about=expert, at=now)


def pause_expert(*, expert: Expert, user: User, reason: str, now: dt.datetime) -> None:
    """Take an expert out of the offers until the store resumes her. Raises BadInput without a reason, Conflict."""
    if not (reason := reason.strip()):
        raise BadInput("Say why: she reads it in her console.")
    _move(expert, State.ACTIVE, State.PAUSED)
    data = {"reason": reason[:LONGEST_REASON]}
    record_audit(store=expert.store, user=user, verb="expert.paused", about=expert, at=now, data=data)


def resume_expert(*, expert: Expert, user: User, now: dt.datetime) -> None:
    """Let a paused expert take conversations again; she says herself when. Raises Conflict."""
    _move(expert, State.PAUSED, State.ACTIVE)
    record_audit(store=expert.store, user=user, verb="expert.resumed", about=expert, at=now)


def leave(*, expert: Expert, now: dt.datetime) -> None:
    """End her engagement; what she has earned is paid out as agreed. Raises Conflict if she has left before."""
    _move(expert, State(expert.state), State.LEFT)
    record_audit(store=expert.store, user=expert.user, verb="expert.left", about=expert, at=now)


def pause_reason(*, expert: Expert) -> str:
    """Why the store paused her last; empty if it never did."""
    events = AuditEvent.objects.filter(store=expert.store, verb="expert.paused", object_id=str(expert.pk))
    newest = events.order_by("-at").first()
    return newest.data.get("reason", "") if newest else ""


def _move(expert: Expert, before: State, after: State) -> None:
    if after not in Expert.TRANSITIONS[before]:
        raise Conflict()
    changed = Expert.objects.filter(pk=expert.pk, state=before).update(state=after, is_available=False)
    if not changed:
        raise Conflict()
    expert.state, expert.is_available = after, False
