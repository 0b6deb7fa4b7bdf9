"""The demo shop "Kestrel & Pine" as a Django app; installed only where PEERSIDE_DEMO is on."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "demo"
    verbose_name = "Demo shop"
