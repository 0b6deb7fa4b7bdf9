"""What a store's page loads: the launcher's script, and the frame that opens in it. Nothing here knows any session."""

import hashlib
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from storefront_widget.assets import TYPES, assets
from storefront_widget.frame import frame_context, frame_policy
from storefront_widget.launcher import hosts_here, launcher_script
from stores.access import access_store
from stores.errors import NotFound
from stores.scope import store_scope

UNKNOWN_KEY = (
    "/* Peerside: no store has this public key. Copy the snippet again from your store's settings in Peerside. */\n"
)


@require_safe
def widget_loader(request: HttpRequest, public_key: str) -> HttpResponse:
    """The launcher of a store, as a script for its pages."""
    try:
        store = access_store(public_key=public_key)
    except NotFound:
        return script(request, UNKNOWN_KEY, status=404)
    with store_scope(store.id):
        return script(request, launcher_script(store, hosts_here(store=store, now=timezone.now())))


@require_safe
@xframe_options_exempt
def widget_frame(request: HttpRequest, public_key: str) -> HttpResponse:
    """The page in the panel. Who may frame it is in its policy, which older `X-Frame-Options` cannot say."""
    store = access_store(public_key=public_key)
    with store_scope(store.id):
        context = frame_context(store, hosts_here(store=store, now=timezone.now()))
    # Rendered without the request: nothing of a session can get in, and none is begun.
    response = HttpResponse(render_to_string("widget/frame.html", context))
    response["Content-Security-Policy"] = frame_policy(store)
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def widget_asset(request: HttpRequest, digest: str, name: str) -> HttpResponse:
    """A script or sheet of the widget; an address of an older version gets today's, and may not be kept."""
    known = assets()
    if name not in known.sources:
        raise NotFound()
    response = HttpResponse(known.sources[name], content_type=TYPES[Path(name).suffix])
    response["Cache-Control"] = "public, max-age=31536000, immutable" if digest == known.digest else "no-cache"
    # The panel is a module that shops' pages import.
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def script(request: HttpRequest, source: str, status: int = 200) -> HttpResponse:
    """JavaScript for anybody's page, fresh for a minute."""
    response = HttpResponse(source, status=status, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "public, max-age=60"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    if status != 200:
        return response
    response["ETag"] = f'"{hashlib.sha256(source.encode()).hexdigest()[:32]}"'
    # With an answer to fall back on it never returns None.
    return get_conditional_response(request, etag=response["ETag"], response=response) or response
