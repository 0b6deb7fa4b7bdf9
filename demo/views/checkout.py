"""The basket, the checkout, and the visitor's own orders."""

import json

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from demo import services
from demo.catalogue import PRODUCTS, Product
from demo.errors import ShopProblem
from demo.forms import CheckoutForm
from demo.models import DemoOrder
from demo.shop import (
    FREE_SHIPPING_FROM_CENTS,
    MOST_OF_ONE,
    new_cart,
    priced,
    quantity_of,
    with_added,
    with_attributes,
    with_code,
    with_quantity,
)
from demo.views.pages import CART, LANDING, ORDERS, cart_of, quiet_page, shop_page

# Ids beyond these have left the visitor's list; the session stays small.
MOST_ORDERS = 50


@require_safe
def cart(request: HttpRequest) -> HttpResponse:
    """The basket with today's prices."""
    context = {
        "basket": priced(cart_of(request)),
        "most": MOST_OF_ONE,
        "free_from_cents": FREE_SHIPPING_FROM_CENTS,
    }
    return shop_page(request, "demo/cart.html", context)


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Put a product into the basket."""
    product = known_product(request.POST.get("sku", ""))
    try:
        quantity = quantity_of(request.POST.get("quantity", "1"), at_least=1)
        request.session[CART] = with_added(cart_of(request), product.sku, quantity)
    except ShopProblem as problem:
        messages.error(request, problem.message)
        return redirect("demo:product", product.slug)
    messages.success(request, f"{product.name} is in your basket.")
    return redirect("demo:cart")


@require_POST
def change(request: HttpRequest, sku: str) -> HttpResponse:
    """Set a line's quantity; zero removes it."""
    product = known_product(sku)
    try:
        quantity = quantity_of(request.POST.get("quantity", ""), at_least=0)
        request.session[CART] = with_quantity(cart_of(request), product.sku, quantity)
    except ShopProblem as problem:
        messages.error(request, problem.message)
    return redirect("demo:cart")


@require_POST
def discount(request: HttpRequest) -> HttpResponse:
    """Enter or remove a discount code."""
    try:
        request.session[CART] = with_code(cart_of(request), request.POST.get("code", ""))
    except ShopProblem as problem:
        messages.error(request, problem.message)
    return redirect("demo:cart")


@require_POST
def attributes(request: HttpRequest) -> HttpResponse:
    """Cart attributes, set by scripts of the page: {"attributes": {name: text}} → all of them now."""
    try:
        body = json.loads(request.body)
        wanted = body.get("attributes") if isinstance(body, dict) else None
        changed = with_attributes(cart_of(request), wanted)
    except (ValueError, RecursionError):
        return JsonResponse({"error": "the body must be JSON"}, status=400)
    except ShopProblem as problem:
        return JsonResponse({"error": problem.message}, status=422)
    request.session[CART] = changed
    return JsonResponse({"attributes": changed["attributes"]})


@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    """Address, sums, and the button that pays nothing."""
    if placed := already_placed(request):
        return redirect("demo:thanks", placed.number)
    basket = priced(paid_cart := cart_of(request))
    if not basket.lines:
        return redirect("demo:cart")
    form = CheckoutForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {"form": form, "basket": basket, "cart_token": paid_cart["token"]}
        return quiet_page(request, "demo/checkout.html", context)
    landing_site = request.session.get(LANDING, "/demo/")
    order = services.place_order(cart=paid_cart, buyer=form.buyer(), landing_site=landing_site, now=timezone.now())
    request.session[ORDERS] = [order.pk, *request.session.get(ORDERS, [])][:MOST_ORDERS]
    request.session[CART] = new_cart()
    return redirect("demo:thanks", order.number)


def already_placed(request: HttpRequest) -> DemoOrder | None:
    """The order that this very form has made already: the second of two clicks on "pay"."""
    own = DemoOrder.objects.filter(pk__in=request.session.get(ORDERS, []))
    return own.filter(cart_token=request.POST.get("cart_token", "")).first()


@require_safe
def thanks(request: HttpRequest, number: int) -> HttpResponse:
    """The page after paying."""
    return quiet_page(request, "demo/thanks.html", {"order": own_order(request, number)})


@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    """What this visitor has ordered."""
    own = DemoOrder.objects.filter(pk__in=request.session.get(ORDERS, []))
    return shop_page(request, "demo/orders.html", {"orders": own})


@require_safe
def order(request: HttpRequest, number: int) -> HttpResponse:
    """One of the visitor's orders, as it stands today."""
    return shop_page(request, "demo/order.html", {"order": own_order(request, number)})


def own_order(request: HttpRequest, number: int) -> DemoOrder:
    """The visitor's order of this number; somebody else's is missing."""
    return get_object_or_404(DemoOrder, pk=number - 1000, pk__in=request.session.get(ORDERS, []))


def known_product(sku: str) -> Product:
    """The product of this SKU."""
    if sku not in PRODUCTS:
        raise Http404("No such product.")
    return PRODUCTS[sku]
