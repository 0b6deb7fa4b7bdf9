"""The owner's read-along: what is said in the store's name."""

import uuid

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chat.models import ConversationState
from chat.transcripts import access_transcript, list_conversations, row, rows
from stores.access import StoreRequest, store_door
from stores.clock import in_store_time

PER_PAGE = 30


@store_door("see")
@require_safe
@in_store_time
def conversations(request: StoreRequest) -> HttpResponse:
    """Newest first, of one state or of all."""
    asked = request.GET.get("state", "")
    state = asked if asked in ConversationState.values else ""
    page = Paginator(list_conversations(store=request.store, state=state), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": rows(page.object_list), "states": ConversationState.choices, "state": state}
    return render(request, "chat/conversations.html", context)


@store_door("see")
@require_safe
@in_store_time
def conversation(request: StoreRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """One conversation, word for word, and who was asked to answer it and why."""
    found, said, offers = access_transcript(store=request.store, conversation_id=conversation_id)
    context = {"conversation": found, "row": row(found, ""), "said": said, "offers": offers}
    return render(request, "chat/conversation.html", context)
