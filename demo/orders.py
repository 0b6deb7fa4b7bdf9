"""An order as the shop's platform describes it: the bodies of orders/create, orders/paid and orders/updated.

Pure. Field by field after Shopify's samples of version 2026-07: ids are integers beyond 2^53, money is text
beside a `…_set`, prices include VAT and `tax_lines` say how much of it.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from demo.money import CURRENCY, money_set, priced
from demo.order_lines import discount_applications, discount_codes, line_body, shipping_body, tax_lines
from demo.people import Buyer, address_body, customer_body
from demo.shop import Basket

SHOP_DOMAIN = "kestrel-and-pine.example"
SHOP_ZONE = ZoneInfo("Europe/Ljubljana")
FIRST_ORDER_ID = 820_982_911_946_154_508
GATEWAY = "bogus"


@dataclass(frozen=True)
class Checkout:
    """Everything that is known when somebody has paid."""

    number: int
    basket: Basket
    buyer: Buyer
    attributes: dict[str, str]
    cart_token: str
    order_token: str
    landing_site: str
    created_at: datetime

    @property
    def order_id(self) -> int:
        return FIRST_ORDER_ID + self.number


def stamp(moment: datetime) -> str:
    """A moment as the platform writes it, in the shop's own time: 2026-07-01T09:30:00+02:00."""
    return moment.astimezone(SHOP_ZONE).isoformat(timespec="seconds")


def order_body(checkout: Checkout) -> dict:
    """The whole order as it was paid."""
    basket, created_at = checkout.basket, stamp(checkout.created_at)
    return {
        "id": checkout.order_id,
        "admin_graphql_api_id": f"gid://shopify/Order/{checkout.order_id}",
        "app_id": None,
        "browser_ip": None,
        "buyer_accepts_marketing": False,
        "cancel_reason": None,
        "cancelled_at": None,
        "cart_token": checkout.cart_token,
        "checkout_token": checkout.cart_token,
        "client_details": None,
        "closed_at": None,
        "confirmation_number": checkout.order_token[:9].upper(),
        "confirmed": True,
        "contact_email": checkout.buyer.email,
        "created_at": created_at,
        "currency": CURRENCY,
        **sums_body(basket),
        "current_total_additional_fees_set": None,
        "current_total_duties_set": None,
        "customer_locale": "en",
        "device_id": None,
        "discount_codes": discount_codes(basket),
        "duties_included": False,
        "email": checkout.buyer.email,
        "estimated_taxes": False,
        "financial_status": "paid",
        "fulfillment_status": None,
        "landing_site": checkout.landing_site,
        "landing_site_ref": None,
        "location_id": None,
        "merchant_business_entity_id": "MTU0ODM4MDAwOQ",
        "merchant_of_record_app_id": None,
        "name": f"#{1000 + checkout.number}",
        "note": None,
        "note_attributes": [{"name": name, "value": text} for name, text in checkout.attributes.items()],
        "number": checkout.number,
        "order_number": 1000 + checkout.number,
        "order_status_url": f"https://{SHOP_DOMAIN}/orders/{checkout.order_token}",
        "original_total_additional_fees_set": None,
        "original_total_duties_set": None,
        "payment_gateway_names": [GATEWAY],
        "phone": None,
        "po_number": None,
        "presentment_currency": CURRENCY,
        "processed_at": created_at,
        "reference": None,
        "referring_site": None,
        "source_identifier": None,
        "source_name": "web",
        "source_url": None,
        "tags": "",
        "tax_exempt": False,
        "tax_lines": tax_lines(basket.tax_cents),
        "taxes_included": True,
        "test": False,
        "token": checkout.order_token,
        "total_outstanding": "0.00",
        "total_tip_received": "0.00",
        "total_weight": sum(line.product.grams * line.quantity for line in basket.lines),
        "updated_at": created_at,
        "user_id": None,
        "billing_address": address_body(checkout.buyer),
        "customer": customer_body(checkout.buyer),
        "discount_applications": discount_applications(basket),
        "fulfillments": [],
        "line_items": [line_body(checkout.number, place, line) for place, line in enumerate(basket.lines)],
        "payment_terms": None,
        "refunds": [],
        "shipping_address": address_body(checkout.buyer),
        "shipping_lines": [shipping_body(checkout.number, basket.shipping_cents)],
        "returns": [],
        "line_item_groups": [],
    }


def sums_body(basket: Basket) -> dict:
    """The totals as paid; the `current_…` ones are what refunds will reduce."""
    return {
        "current_shipping_price_set": money_set(basket.shipping_cents),
        **priced("current_subtotal_price", basket.goods_cents),
        **priced("current_total_discounts", basket.discount_cents),
        **priced("current_total_price", basket.total_cents),
        **priced("current_total_tax", basket.tax_cents),
        **priced("subtotal_price", basket.goods_cents),
        "total_cash_rounding_payment_adjustment_set": money_set(0),
        "total_cash_rounding_refund_adjustment_set": money_set(0),
        **priced("total_discounts", basket.discount_cents),
        **priced("total_line_items_price", basket.gross_cents),
        **priced("total_price", basket.total_cents),
        "total_shipping_price_set": money_set(basket.shipping_cents),
        **priced("total_tax", basket.tax_cents),
    }
