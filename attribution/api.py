"""`/api/v1/`: orders and refunds from any shop's server (docs/api.md)."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import api_view
from rest_framework.response import Response

from attribution.documents import Kept, OrderDocument, Problem, RefundDocument
from attribution.services.inbox import receive_document
from stores.api_access import api_door, bounded_body
from stores.models import Store

IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Your own name for this request: sent again with the same body, it has one effect.",
)
# Its type says names, its documentation says OpenAPI's security requirements.
BY_KEY: Any = [{"apiKey": []}]
ANSWERS = {
    202: Kept,
    400: OpenApiResponse(Problem, description="The document cannot be read; `title` says why."),
    401: OpenApiResponse(Problem, description="The key is missing or wrong."),
    409: OpenApiResponse(Problem, description="The idempotency key was used before, with another body."),
    413: OpenApiResponse(Problem, description="The body has more than 1 MiB."),
}


@extend_schema(
    operation_id="tell_order",
    summary="Tell of an order, or of its change",
    request=OrderDocument,
    responses=ANSWERS,
    parameters=[IDEMPOTENCY],
    auth=BY_KEY,
)
@api_view(["POST"])
def orders(request: HttpRequest, store: Store) -> Response:
    """Send the whole order each time something about it changes: placed, paid, edited, cancelled."""
    return _receive(request, store, "order")


@extend_schema(
    operation_id="tell_refund",
    summary="Tell of a refund",
    request=RefundDocument,
    responses=ANSWERS,
    parameters=[IDEMPOTENCY],
    auth=BY_KEY,
)
@api_view(["POST"])
def refunds(request: HttpRequest, store: Store) -> Response:
    """Send each refund once; it may come before its order."""
    return _receive(request, store, "refund")


def _receive(request: HttpRequest, store: Store, topic: str) -> Response:
    delivery = receive_document(
        store=store,
        topic=topic,
        body=bounded_body(request),
        idempotency_key=request.headers.get("Idempotency-Key", ""),
        now=timezone.now(),
    )
    return Response({"delivery": str(delivery.pk)}, status=202)


api_orders, api_refunds = api_door(orders), api_door(refunds)
