"""The parts of an order: its lines, the delivery, the VAT in them and the discount on them. Pure."""

from demo.money import VAT_PERCENT, amount, included_vat, money_set, priced
from demo.shop import Basket, Line

FIRST_LINE_ID = 487_817_672_276_298_554
FIRST_SHIPPING_LINE_ID = 271_878_346_596_884_015
LINES_PER_ORDER = 100


def line_body(number: int, place: int, line: Line) -> dict:
    """One line; the share of a discount code stands in `discount_allocations`, `total_discount` is 0.00."""
    line_id = FIRST_LINE_ID + number * LINES_PER_ORDER + place
    return {
        "id": line_id,
        "admin_graphql_api_id": f"gid://shopify/LineItem/{line_id}",
        "attributed_staffs": [],
        "current_quantity": line.quantity,
        "fulfillable_quantity": line.quantity,
        "fulfillment_service": "manual",
        "fulfillment_status": None,
        "gift_card": False,
        "grams": line.product.grams,
        "name": line.product.name,
        **priced("price", line.product.price_cents),
        "product_exists": True,
        "product_id": line.product.product_id,
        "properties": [],
        "quantity": line.quantity,
        "requires_shipping": True,
        "sales_line_item_group_id": None,
        "sku": line.product.sku,
        "taxable": True,
        "title": line.product.name,
        **priced("total_discount", 0),
        "variant_id": line.product.variant_id,
        "variant_inventory_management": "shopify",
        "variant_title": None,
        "vendor": "Kestrel & Pine",
        "tax_lines": tax_lines(included_vat(line.net_cents)),
        "duties": [],
        "discount_allocations": discount_allocations(line.discount_cents),
    }


def shipping_body(number: int, price: int) -> dict:
    """The delivery, free or not, is a line of its own; `price` in cents with VAT."""
    return {
        "id": FIRST_SHIPPING_LINE_ID + number,
        "carrier_identifier": None,
        "code": "Standard",
        "current_discounted_price_set": money_set(price),
        **priced("discounted_price", price),
        "is_removed": False,
        "phone": None,
        **priced("price", price),
        "requested_fulfillment_service_id": None,
        "source": "shopify",
        "title": "Standard delivery" if price else "Free delivery",
        "tax_lines": tax_lines(included_vat(price)) if price else [],
        "discount_allocations": [],
    }


def tax_lines(tax_cents: int) -> list[dict]:
    """The one tax there is, as a list of taxes."""
    return [{**priced("price", tax_cents), "rate": VAT_PERCENT / 100, "title": "VAT", "channel_liable": False}]


def discount_allocations(discount_cents: int) -> list[dict]:
    """The line's share of the order's discount code."""
    return [{**priced("amount", discount_cents), "discount_application_index": 0}] if discount_cents else []


def discount_codes(basket: Basket) -> list[dict]:
    """The code that the shopper typed and what it took off."""
    if not basket.discount_cents:
        return []
    return [{"code": basket.code, "amount": amount(basket.discount_cents), "type": "percentage"}]


def discount_applications(basket: Basket) -> list[dict]:
    """How the code works; lines point here by index."""
    if not basket.discount_cents:
        return []
    application = {"target_type": "line_item", "type": "discount_code", "value_type": "percentage"}
    spread = {"allocation_method": "across", "target_selection": "all", "code": basket.code}
    return [{**application, "value": f"{basket.percent}.0", **spread}]
