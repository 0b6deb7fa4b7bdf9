"""Background work of this floor: each task takes ids, opens the store and calls one service; safe to run twice."""

import uuid

from celery import shared_task
from django.utils import timezone

from experts.services import invitations, ranking
from stores.access import access_store
from stores.scope import store_scope


@shared_task
def rank(store_id: str) -> None:
    """Rank a store's customers anew."""
    with store_scope(uuid.UUID(store_id)):
        ranking.rank_candidates(store=access_store(id=store_id), now=timezone.now())


@shared_task
def sweep_rankings() -> None:
    """The periodic sweep: rank where something was imported since, and where the ranking has become old."""
    for store_id in ranking.stores_to_rank(now=timezone.now()):
        rank.delay(str(store_id))


@shared_task
def send_invitation(store_id: str, invitation_id: str) -> None:
    """Write the letter of an invitation."""
    with store_scope(uuid.UUID(store_id)):
        invitations.send_invitation(invitation_id=uuid.UUID(invitation_id), now=timezone.now())


@shared_task
def sweep_invitations() -> None:
    """Every minute: send what a lost task has not, and end what ran out."""
    now = timezone.now()
    for store_id, invitation_id in invitations.unsent_invitations(now=now):
        send_invitation.delay(str(store_id), str(invitation_id))
    for store_id, invitation_id in invitations.overdue_invitations(now=now):
        with store_scope(store_id):
            invitations.expire(invitation_id=invitation_id, now=now)
