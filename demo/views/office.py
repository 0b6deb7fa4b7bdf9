"""The shop's back office: orders, refunds, and the notifications that went out. Open to all, in the demo."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from demo import services, shop_settings
from demo.errors import ShopProblem
from demo.models import DemoOrder, DemoWebhook
from demo.refunds import RefundRequest, everything_left, is_anything_left, shipping_left_cents
from demo.views.pages import quiet_page

ORDERS_ON_PAGE = 25


@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    """All orders, newest first, each with its notifications."""
    webhooks = Prefetch("webhooks", DemoWebhook.objects.defer("body").order_by("pk"))
    page = Paginator(DemoOrder.objects.prefetch_related(webhooks), ORDERS_ON_PAGE).get_page(request.GET.get("page"))
    return quiet_page(request, "demo/office_orders.html", {"page": page, "receiver": shop_settings.read()})


@require_safe
def order(request: HttpRequest, number: int) -> HttpResponse:
    """One order with everything that can be done to it."""
    order = found(number)
    today = order.today
    context = {
        "order": order,
        "today": today,
        "is_refundable": is_anything_left(today),
        "shipping_left_cents": shipping_left_cents(today),
        "webhooks": order.webhooks.all(),
        "receiver": shop_settings.read(),
    }
    return quiet_page(request, "demo/office_order.html", context)


@require_POST
def refund(request: HttpRequest, number: int) -> HttpResponse:
    """Refund the chosen quantities."""
    order = found(number)
    try:
        wanted = chosen(request, order)
        services.refund_order(order_id=order.pk, request=wanted, refunds_seen=seen(request), now=timezone.now())
        messages.success(request, "Refunded. The receiver is being told.")
    except ShopProblem as problem:
        messages.error(request, problem.message)
    return redirect("demo:office_order", number)


@require_POST
def refund_all(request: HttpRequest, number: int) -> HttpResponse:
    """Refund whatever is left, delivery included."""
    order = found(number)
    wanted = everything_left(order.today, restock_type=restock_type(request), note="Everything refunded")
    try:
        services.refund_order(order_id=order.pk, request=wanted, refunds_seen=seen(request), now=timezone.now())
        messages.success(request, "Refunded in full. The receiver is being told.")
    except ShopProblem as problem:
        messages.error(request, problem.message)
    return redirect("demo:office_order", number)


@require_POST
def cancel(request: HttpRequest, number: int) -> HttpResponse:
    """Cancel the order."""
    try:
        services.cancel_order(order_id=found(number).pk, now=timezone.now())
        messages.success(request, "Cancelled. The receiver is being told.")
    except ShopProblem as problem:
        messages.error(request, problem.message)
    return redirect("demo:office_order", number)


@require_POST
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a notification once more, as a duplicate with the same event id."""
    webhook = get_object_or_404(DemoWebhook.objects.select_related("order"), pk=pk)
    services.send_again(webhook_id=webhook.pk, now=timezone.now())
    messages.success(request, f"{webhook.topic} is being sent again, with the same event id.")
    return redirect("demo:office_order", webhook.order.number)


@require_safe
def webhook_body(request: HttpRequest, pk: int) -> HttpResponse:
    """The exact bytes that are signed and sent."""
    webhook = get_object_or_404(DemoWebhook, pk=pk)
    return HttpResponse(bytes(webhook.body), content_type="application/json")


def found(number: int) -> DemoOrder:
    """The order of this number, or 404."""
    return get_object_or_404(DemoOrder, pk=number - 1000)


def chosen(request: HttpRequest, order: DemoOrder) -> RefundRequest:
    """The refund that the form asks for; raises ShopProblem for a quantity that is no number."""
    try:
        quantities = {
            line["id"]: int(request.POST.get(f"quantity-{line['id']}", "") or 0) for line in order.body["line_items"]
        }
    except ValueError:
        raise ShopProblem("Please give quantities as whole numbers.") from None
    note = request.POST.get("note", "").strip()[:200]
    return RefundRequest(quantities, restock_type(request), "shipping" in request.POST, note)


def restock_type(request: HttpRequest) -> str:
    """Whether the articles go back on the shelf."""
    return "return" if "restock" in request.POST else "no_restock"


def seen(request: HttpRequest) -> int:
    """How many refunds the page showed when the button was pressed."""
    text = request.POST.get("refunds_seen", "")
    return int(text) if text.isdecimal() else -1
