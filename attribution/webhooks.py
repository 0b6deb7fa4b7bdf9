"""Where platforms deliver: signature first, then the letter box, then 200. The work comes after."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from attribution.services.inbox import receive_webhook
from stores.api_access import bounded_body
from stores.errors import NotAuthentic, NotFound
from stores.models import Store
from stores.platforms import PLATFORMS
from stores.scope import store_scope


@csrf_exempt
@require_POST
def webhook(request: HttpRequest, platform: str, public_key: str) -> HttpResponse:
    """Take a request of a store's platform; the store is the URL's, and nothing that a header claims."""
    if platform not in PLATFORMS:
        raise NotFound()
    body = bounded_body(request)
    store = access_sender(platform, public_key)
    with store_scope(store.id):
        receive_webhook(store=store, platform=platform, body=body, headers=request.headers, now=timezone.now())
    return JsonResponse({"received": True})


def access_sender(platform: str, public_key: str) -> Store:
    """The store behind a webhook's address; an unknown one is answered as a wrong signature is."""
    store = Store.objects.filter(public_key=public_key, platform=platform).first()
    if store is None:
        raise NotAuthentic()
    return store
