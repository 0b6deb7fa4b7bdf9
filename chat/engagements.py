"""An expert across the stores that engage her: each is asked in a scope of its own, never two in one."""

import datetime as dt
from collections.abc import Callable
from typing import Any, TypeVar

from chat import services
from chat.shapes import Json
from experts.models import Expert, ExpertState
from experts.services.experts import experts_of
from stores.errors import NotAllowed, NotAuthentic, NotFound
from stores.models import User
from stores.scope import store_scope

T = TypeVar("T")


def active_experts(user: Any) -> list[Expert]:
    """The engagements in which somebody may advise now.

    Raises NotAuthentic for nobody, NotFound for no expert, NotAllowed for a paused one.
    """
    if not isinstance(user, User):
        raise NotAuthentic("You are signed out. Sign in again.")
    if not (experts := experts_of(user)):
        raise NotFound()
    if not (active := [expert for expert in experts if expert.state == ExpertState.ACTIVE]):
        raise NotAllowed("You are paused: you cannot take conversations at the moment.")
    return active


def in_each_store(experts: list[Expert], act: Callable[[Expert], T]) -> list[T]:
    """What `act` returns for each engagement, in its store's scope."""
    answers = []
    for expert in experts:
        with store_scope(expert.store_id):
            answers.append(act(expert))
    return answers


def where_found(experts: list[Expert], act: Callable[[Expert], T]) -> T:
    """Act in the one store that has what it is about; raises NotFound if none does."""
    for expert in experts:
        with store_scope(expert.store_id):
            try:
                return act(expert)
            except NotFound:
                # Nothing was written: NotFound comes before anything else.
                continue
    raise NotFound()


def whole_inbox(experts: list[Expert], now: dt.datetime) -> Json:
    """<inbox> of all her stores."""

    def read(expert: Expert) -> Json:
        expert.refresh_from_db(fields=["is_available", "max_conversations"])
        return services.inbox_state(expert=expert, now=now)

    return services.merge_inboxes(in_each_store(experts, read))
