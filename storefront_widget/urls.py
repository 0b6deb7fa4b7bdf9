"""Addresses of this app: the snippet's script, the frame, and what both fetch."""

from django.urls import URLPattern, URLResolver, path

from storefront_widget import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("w/<str:public_key>.js", views.widget_loader, name="widget_loader"),
    path("w/assets/<str:digest>/<path:name>", views.widget_asset, name="widget_asset"),
    path("w/<str:public_key>/frame/", views.widget_frame, name="widget_frame"),
]
