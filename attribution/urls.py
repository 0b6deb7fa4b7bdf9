"""Addresses of attribution: the ways in for orders, and the pages about them."""

from django.urls import URLPattern, URLResolver, path
from drf_spectacular.views import SpectacularAPIView

from attribution import api, views, webhooks

urlpatterns: list[URLPattern | URLResolver] = [
    path("webhooks/<str:platform>/<str:public_key>/", webhooks.webhook, name="webhook"),
    path("api/v1/orders", api.api_orders, name="api_orders"),
    path("api/v1/refunds", api.api_refunds, name="api_refunds"),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path("s/<slug:slug>/orders/", views.orders, name="store_orders"),
    path("s/<slug:slug>/orders/deliveries/", views.deliveries, name="store_deliveries"),
    path("s/<slug:slug>/orders/<uuid:order_id>/", views.order, name="store_order"),
    path("console/orders/<uuid:order_id>/", views.console_order, name="console_order"),
]
