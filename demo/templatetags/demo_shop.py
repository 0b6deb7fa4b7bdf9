"""What the shop's templates need beside Django's own."""

import json

from django import template
from django.utils.safestring import SafeString, mark_safe

from demo import money

register = template.Library()
# A data block may hold no "<": the browser would see a tag where the text has one.
ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@register.filter
def euros(cents: int) -> str:
    """129900 → "€1,299.00"."""
    return money.euros(cents)


@register.filter
def platform_euros(amount: str) -> str:
    """An amount of an order's body: "1299.00" → "€1,299.00"."""
    return money.euros(money.to_cents(amount))


@register.filter
def line_total(line: dict) -> str:
    """The price of a line of an order's body, before discounts."""
    return money.euros(money.to_cents(line["price"]) * line["quantity"])


@register.filter
def json_data(value: object) -> SafeString:
    """The content of a `<script type="application/ld+json">`."""
    return mark_safe(json.dumps(value, ensure_ascii=False).translate(ESCAPES))
