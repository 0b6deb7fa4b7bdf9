"""How a page of the shop is put together: its basket, its shelves, Peerside's snippet, and its own policy.

The shop is a site of its own: it writes its own Content-Security-Policy, which lets the widget in.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from demo import shop_settings
from demo.catalogue import CATEGORIES
from demo.shop import Cart, new_cart, priced

CART = "demo_cart"
ORDERS = "demo_orders"
LANDING = "demo_landing_site"


def cart_of(request: HttpRequest) -> Cart:
    """The visitor's cart, or a new one that nobody has stored yet."""
    return request.session.get(CART) or new_cart()


def shop_page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A page where people look around: with the snippet, if the shop's owner has pasted one."""
    if LANDING not in request.session:
        request.session[LANDING] = request.get_full_path()[:500]
    snippet = shop_settings.read()
    response = render(request, template, context | surroundings(request) | {"snippet": snippet}, status=status)
    return with_policy(response, snippet.widget_origin if snippet else "")


def quiet_page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A page without anybody else's script: checkout, thanks, office, mailbox."""
    return with_policy(render(request, template, context | surroundings(request), status=status), "")


def surroundings(request: HttpRequest) -> dict[str, Any]:
    """What every page shows around its content."""
    return {"categories": CATEGORIES.values(), "cart_count": priced(cart_of(request)).count}


def with_policy(response: HttpResponse, guest: str) -> HttpResponse:
    """The shop's own policy: its own files, and the widget's origin where the snippet is."""
    own = f"'self' {guest}".rstrip()
    directives = [
        "default-src 'none'",
        f"script-src {own}",
        f"style-src {own}",
        f"img-src {own} data:",
        f"font-src {own}",
        f"connect-src {own}",
        f"frame-src {guest}" if guest else "frame-src 'none'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
    response["Content-Security-Policy"] = "; ".join(directives)
    return response
