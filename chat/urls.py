"""Addresses of conversations: pages, and the HTTP twins of the sockets' frames."""

from django.urls import path

from chat.actions import expert, visitor
from chat.api import console as console_api
from chat.api.console import expert_view
from chat.api.visitor import visitor_view, visitors
from chat.views import console, store

WIDGET = "w/<str:public_key>/api/"
CONSOLE = "console/api/"
ONE = "conversations/<uuid:conversation_id>/"

urlpatterns = [
    path("console/", console.inbox, name="console_inbox"),
    path("s/<slug:slug>/conversations/", store.conversations, name="store_conversations"),
    path("s/<slug:slug>/" + ONE, store.conversation, name="store_conversation"),
    path(WIDGET + "visitors/", visitors, name="widget_visitors"),
    path(WIDGET + "conversation/", visitor_view(GET=visitor.current, POST=visitor.start), name="widget_conversation"),
    path(WIDGET + ONE + "events/", visitor_view(GET=visitor.catch_up), name="widget_events"),
    path(WIDGET + ONE + "messages/", visitor_view(POST=visitor.message), name="widget_messages"),
    path(WIDGET + ONE + "page/", visitor_view(POST=visitor.page), name="widget_page"),
    path(WIDGET + ONE + "contact/", visitor_view(POST=visitor.contact), name="widget_contact"),
    path(WIDGET + ONE + "read/", visitor_view(POST=visitor.read), name="widget_read"),
    path(CONSOLE + "ticket/", console_api.ticket, name="console_ticket"),
    path(CONSOLE + "inbox/", console_api.inbox, name="console_inbox_data"),
    path(CONSOLE + "availability/", console_api.availability, name="console_availability"),
    path(CONSOLE + ONE, expert_view("GET", expert.show), name="console_conversation"),
    path(CONSOLE + ONE + "events/", expert_view("GET", expert.catch_up), name="console_events"),
    path(CONSOLE + ONE + "messages/", expert_view("POST", expert.message), name="console_messages"),
    path(CONSOLE + ONE + "read/", expert_view("POST", expert.read), name="console_read"),
    path(CONSOLE + ONE + "claim/", expert_view("POST", expert.claim, has_inbox=True), name="console_claim"),
    path(CONSOLE + ONE + "decline/", expert_view("POST", expert.decline, has_inbox=True), name="console_decline"),
    path(CONSOLE + ONE + "close/", expert_view("POST", expert.close, has_inbox=True), name="console_close"),
]
