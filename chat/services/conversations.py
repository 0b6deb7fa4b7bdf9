"""A conversation from the shopper's side, and how far each side has read. All in the caller's store scope."""

import datetime as dt
import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Max

from chat.models import AuthorKind, Conversation, ConversationEvent, ConversationState, EventKind
from chat.names import new_pseudonym
from chat.pages import Page
from chat.services.log import Draft, append, author_kind, lock_conversation
from chat.services.messages import find_sent, post_locked
from chat.services.waves import begin_offers
from experts.models import Expert
from stores.errors import BadInput
from stores.models import Product, Store, Visitor


def start_conversation(
    *, store: Store, visitor: Visitor, client_id: uuid.UUID, text: str, page: Page, now: dt.datetime
) -> ConversationEvent:
    """Post a shopper's words into his conversation under way, or begin one with them and ask experts to answer.

    The same `client_id` again is the first event, even if its conversation has ended since. Raises Conflict.
    """
    # Two tabs that ask at once stand in line here, and the second finds the first one's conversation.
    visitor = Visitor.objects.select_for_update(no_key=True).get(pk=visitor.pk)
    for conversation in visitor.conversations.filter(
        events__client_id=client_id, events__author_kind=AuthorKind.VISITOR
    ):
        if first := find_sent(conversation, author=visitor, client_id=client_id, text=text):
            return first
    under_way = visitor.conversations.exclude(state=ConversationState.CLOSED).order_by("-started_at").first()
    if under_way:
        move_page(visitor=visitor, conversation_id=under_way.pk, page=page, now=now)
        conversation = lock_conversation(of=visitor, conversation_id=under_way.pk)
        return post_locked(conversation, author=visitor, client_id=client_id, text=text, now=now)
    conversation = Conversation.objects.create(
        store=store,
        visitor=visitor,
        pseudonym=new_pseudonym(),
        language=visitor.language,
        started_at=now,
        last_event_at=now,
        **_page_fields(page),
    )
    event = post_locked(conversation, author=visitor, client_id=client_id, text=text, now=now)
    begin_offers(conversation, now=now)
    return event


def move_page(*, visitor: Visitor, conversation_id: uuid.UUID, page: Page, now: dt.datetime) -> Conversation:
    """Note that the shopper looks at another page now; raises NotFound."""
    conversation = lock_conversation(of=visitor, conversation_id=conversation_id)
    before = Page(url=conversation.page_url, title=conversation.page_title, sku=conversation.page_sku)
    if page in (before, Page()) or conversation.state == ConversationState.CLOSED:
        return conversation
    changes = _page_fields(page)
    for name, value in changes.items():
        setattr(conversation, name, value)
    is_inbox = conversation.state != ConversationState.OPEN
    draft = Draft(EventKind.PAGE, visitor, data=page.as_json())
    append(conversation, draft, now=now, changed=tuple(changes), is_inbox=is_inbox)
    return conversation


def leave_contact(*, visitor: Visitor, conversation_id: uuid.UUID, email: str, now: dt.datetime) -> Conversation:
    """Keep the shopper's e-mail address, as evidence and for an answer later; no event shows it.

    Raises NotFound, BadInput.
    """
    try:
        validate_email(email)
    except ValidationError:
        raise BadInput("This is not an e-mail address.") from None
    # Lock order: the visitor before his conversation, as in `start_conversation`.
    visitor = Visitor.objects.select_for_update(no_key=True).get(pk=visitor.pk)
    conversation = lock_conversation(of=visitor, conversation_id=conversation_id)
    if visitor.email == email:
        return conversation
    visitor.email, visitor.email_given_at = email, now
    visitor.save(update_fields=["email", "email_given_at"])
    append(conversation, Draft(EventKind.CONTACT, visitor), now=now)
    return conversation


def mark_read(*, reader: Visitor | Expert, conversation_id: uuid.UUID, seq: int, now: dt.datetime) -> Conversation:
    """Note up to which message the reader has read, if another one became read by it; raises NotFound."""
    conversation = lock_conversation(of=reader, conversation_id=conversation_id)
    seq = min(seq, conversation.last_seq)
    others = conversation.events.filter(kind=EventKind.MESSAGE).exclude(author_kind=author_kind(reader))
    newest = others.filter(seq__lte=seq).aggregate(newest=Max("seq"))["newest"]
    if newest is None or newest <= read_up_to(conversation, reader):
        return conversation
    append(conversation, Draft(EventKind.READ, reader, data={"seq": seq}), now=now)
    return conversation


def read_up_to(conversation: Conversation, reader: Visitor | Expert) -> int:
    """The reader's mark: marks only grow, so that the newest one holds."""
    marks = conversation.events.filter(kind=EventKind.READ, author_kind=author_kind(reader))
    newest = marks.order_by("-seq").first()
    return newest.data["seq"] if newest else 0


def _page_fields(page: Page) -> dict[str, Any]:
    product = Product.objects.filter(sku=page.sku).first() if page.sku else None
    return {"page_url": page.url, "page_title": page.title, "page_sku": page.sku, "product": product}
