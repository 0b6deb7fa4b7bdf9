"""Every address of Peerside. The permission table in tests/access/ has a row for each name."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from config import health, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("welcome/", views.home_after_sign_in, name="home_after_sign_in"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("accounts/", include("allauth.urls")),
    path("", include("insights.urls")),
    path("", include("storefront_widget.urls")),
    path("", include("chat.urls")),
    path("", include("attribution.urls")),
    path("", include("payouts.urls")),
    path("", include("experts.urls")),
    path("", include("stores.urls")),
]

if settings.PEERSIDE_DEMO:
    urlpatterns += [
        path("demo/sign-in/", views.demo_sign_in, name="demo_sign_in"),
        path("demo/", include("demo.urls")),
    ]
