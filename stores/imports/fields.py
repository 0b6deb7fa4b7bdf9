"""What we look for in a file, and the column names by which we guess it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """One thing of ours: its key, its label for a person, and the column names that mean it, best first."""

    key: str
    label: str
    names: tuple[str, ...]
    help_text: str = ""


FIELDS = (
    Field(
        "order",
        "Order or invoice number",
        ("invoiceno", "invoice", "invoicenumber", "order", "orderid", "ordernumber", "orderno", "ordername")
        + ("transactionid", "receiptnumber", "bestellnummer", "rechnungsnummer"),
        "Rows with the same number are one order.",
    ),
    Field("placed_at", "Date of the order", ("invoicedate", "orderdate", "createdat", "placedat", "date", "datum")),
    Field(
        "sku",
        "Product code (SKU)",
        ("lineitemsku", "sku", "stockcode", "productcode", "itemcode", "variantsku", "articlenumber")
        + ("productid", "itemid", "artikelnummer"),
        "Where it is blank the product's name stands in for it.",
    ),
    Field(
        "title",
        "Product name",
        ("lineitemname", "producttitle", "productname", "product", "itemname", "description", "title", "item")
        + ("artikel",),
    ),
    Field("category", "Product category", ("productcategory", "category", "producttype", "department")),
    Field("quantity", "Quantity", ("lineitemquantity", "quantity", "qty", "units", "menge")),
    Field("unit_price", "Price of one", ("lineitemprice", "unitprice", "itemprice", "priceeach", "price", "preis")),
    Field(
        "line_total",
        "Price of the row",
        ("linetotal", "rowtotal", "lineamount", "amount"),
        "Only where the file has no price of one.",
    ),
    Field("discount", "Discount on the row", ("lineitemdiscount", "linediscount")),
    Field("customer", "Customer number", ("customerid", "customernumber", "customerno", "clientid", "kundennummer")),
    Field("email", "Customer's e-mail", ("customeremail", "email", "emailaddress", "billingemail", "buyeremail")),
    Field("name", "Customer's name", ("customername", "billingname", "fullname", "buyername", "shippingname")),
    Field("country", "Country", ("country", "billingcountry", "shippingcountry", "countrycode", "land")),
    Field(
        "currency", "Currency", ("currency", "currencycode"), "Rows in another currency than the store's are refused."
    ),
    Field("status", "Payment status", ("financialstatus", "paymentstatus", "orderstatus", "status")),
    Field("cancelled_at", "Cancelled on", ("cancelledat", "canceledat")),
    Field("refunded", "Amount refunded of the order", ("refundedamount", "amountrefunded")),
    Field("order_total", "Paid for the order", ("ordertotal", "grandtotal")),
    Field(
        "shop_id", "The shop's own order id", ("shoporderid",), "As in the shop's webhooks, so that none counts twice."
    ),
)
BY_KEY = {field.key: field for field in FIELDS}

# Shopify's order export speaks of the order where it says just "Name", "Total" or "Id".
SHOPIFY_MARK = "lineitemname"
SHOPIFY = {"order": "name", "order_total": "total", "shop_id": "id"}


def plain(name: str) -> str:
    """A column name without case, spaces and signs: "Lineitem quantity" → "lineitemquantity"."""
    return re.sub(r"[^\w]|_", "", name).casefold()


def guess_mapping(columns: Iterable[str]) -> dict[str, str]:
    """Our field → the column that most likely holds it; fields that no column speaks of are left out."""
    free = {plain(column): column for column in columns}
    special = SHOPIFY if SHOPIFY_MARK in free else {}
    mapping = {key: free.pop(name) for key, name in special.items() if name in free}
    for field in FIELDS:
        found = next((name for name in field.names if name in free), None)
        if field.key not in mapping and found:
            mapping[field.key] = free.pop(found)
    if "unit_price" in mapping:
        mapping.pop("line_total", None)
    return mapping
