"""Addresses of insights."""

from django.urls import URLPattern, URLResolver, path

from insights import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("s/<slug:slug>/", views.overview, name="store_overview"),
]
