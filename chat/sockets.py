"""Addresses of sockets."""

from django.urls import path

from chat.consumers.console import ConsoleConsumer
from chat.consumers.widget import WidgetConsumer

websocket_urlpatterns = [
    path("ws/widget/<str:public_key>/", WidgetConsumer.as_asgi(), name="widget_socket"),
    path("ws/console/", ConsoleConsumer.as_asgi(), name="console_socket"),
]
