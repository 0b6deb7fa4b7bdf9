"""The person who buys, as the checkout form asks and as the platform describes."""

import hashlib
from dataclasses import dataclass

from demo.money import CURRENCY

COUNTRIES = {
    "AT": "Austria",
    "HR": "Croatia",
    "FI": "Finland",
    "FR": "France",
    "DE": "Germany",
    "IT": "Italy",
    "NL": "Netherlands",
    "SI": "Slovenia",
}
FIRST_CUSTOMER_ID = 115_310_627_314_723_954
FIRST_ADDRESS_ID = 715_243_470_612_851_245


@dataclass(frozen=True)
class Buyer:
    """Name and address of somebody who paid; `country` is a key of COUNTRIES."""

    name: str
    email: str
    address: str
    postcode: str
    city: str
    country: str

    @property
    def names(self) -> tuple[str, str]:
        """First name and the rest."""
        first, _, last = self.name.partition(" ")
        return first, last

    @property
    def offset(self) -> int:
        """A number that the same e-mail always gets, so that a returning buyer is one customer."""
        return int.from_bytes(hashlib.sha256(self.email.casefold().encode()).digest()[:5])


def address_body(buyer: Buyer) -> dict:
    """A shipping or billing address."""
    first_name, last_name = buyer.names
    return {
        "first_name": first_name,
        "address1": buyer.address,
        "phone": "",
        "city": buyer.city,
        "zip": buyer.postcode,
        "province": "",
        "country": COUNTRIES[buyer.country],
        "last_name": last_name,
        "address2": None,
        "company": None,
        "latitude": None,
        "longitude": None,
        "name": buyer.name,
        "country_code": buyer.country,
        "province_code": "",
    }


def customer_body(buyer: Buyer) -> dict:
    """The customer with the default address; `created_at` is null, as in the platform's own samples."""
    first_name, last_name = buyer.names
    customer_id = FIRST_CUSTOMER_ID + buyer.offset
    address = {name: part for name, part in address_body(buyer).items() if name not in ("latitude", "longitude")}
    return {
        "id": customer_id,
        "created_at": None,
        "updated_at": None,
        "first_name": first_name,
        "last_name": last_name,
        "state": "disabled",
        "note": None,
        "verified_email": True,
        "multipass_identifier": None,
        "tax_exempt": False,
        "email": buyer.email,
        "phone": None,
        "currency": CURRENCY,
        "tax_exemptions": [],
        "admin_graphql_api_id": f"gid://shopify/Customer/{customer_id}",
        "default_address": {
            "id": FIRST_ADDRESS_ID + buyer.offset,
            "customer_id": customer_id,
            **address,
            "country_name": COUNTRIES[buyer.country],
            "default": True,
        },
    }
