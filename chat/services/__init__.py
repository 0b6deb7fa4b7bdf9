"""Verbs of conversations. All are keyword-only, run in the caller's store scope and refuse before they write."""

from chat.services.claims import claim, close
from chat.services.conversations import leave_contact, mark_read, move_page, start_conversation
from chat.services.inbox import change_availability, inbox_state, merge_inboxes
from chat.services.messages import post_message
from chat.services.offers import decline
from chat.services.reading import access_conversation, conversation_state, events_after, latest_conversation
from chat.services.visitors import access_visitor, mint_visitor
from chat.services.waves import advance, due_conversations

__all__ = [
    "access_conversation",
    "access_visitor",
    "advance",
    "change_availability",
    "claim",
    "close",
    "conversation_state",
    "decline",
    "due_conversations",
    "events_after",
    "inbox_state",
    "latest_conversation",
    "leave_contact",
    "mark_read",
    "merge_inboxes",
    "mint_visitor",
    "move_page",
    "post_message",
    "start_conversation",
]
