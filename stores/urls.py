"""Addresses of the store's own pages."""

from django.urls import path

from stores.views import imports, settings

urlpatterns = [
    path("s/<slug:slug>/imports/", imports.show_list, name="store_imports"),
    path("s/<slug:slug>/imports/upload/", imports.upload, name="store_import_upload"),
    path("s/<slug:slug>/imports/<uuid:import_id>/", imports.show, name="store_import"),
    path("s/<slug:slug>/imports/<uuid:import_id>/start/", imports.start, name="store_import_start"),
    path("s/<slug:slug>/imports/<uuid:import_id>/cancel/", imports.cancel, name="store_import_cancel"),
    path("s/<slug:slug>/imports/<uuid:import_id>/refused.csv", imports.refused, name="store_import_refused"),
    path("s/<slug:slug>/settings/", settings.show, name="store_settings"),
    path("s/<slug:slug>/settings/origins/", settings.change_origins, name="store_settings_origins"),
    path("s/<slug:slug>/settings/webhook/", settings.change_webhook_secret, name="store_settings_webhook"),
    path("s/<slug:slug>/settings/keys/", settings.create_key, name="store_settings_keys"),
    path("s/<slug:slug>/settings/keys/<uuid:key_id>/end/", settings.revoke_key, name="store_settings_key_revoke"),
]
