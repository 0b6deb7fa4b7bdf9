"""The 24 products of Kestrel & Pine, read once when the process starts."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

from django.utils.text import slugify

FOLDER = Path(__file__).resolve().parent
# Real platform ids are larger than 2^53: whoever reads ours as floats mixes products up at once.
FIRST_PRODUCT_ID = 788_032_119_674_292_901
FIRST_VARIANT_ID = 808_950_810_457_110_301


@dataclass(frozen=True)
class Category:
    """A shelf of the shop."""

    name: str
    slug: str
    line: str


@dataclass(frozen=True)
class Product:
    """One article; `price_cents` includes VAT, `picture` is a path under the static folder."""

    product_id: int
    variant_id: int
    sku: str
    slug: str
    name: str
    category: Category
    price_cents: int
    description: str
    about: str
    facts: tuple[tuple[str, str], ...]
    grams: int
    picture: str


CATEGORIES = {
    "Cycling": Category("Cycling", "cycling", "For roads that turn into tracks"),
    "Outdoor": Category("Outdoor", "outdoor", "For a day, a night and the weather between"),
    "Coffee": Category("Coffee", "coffee", "For before, after and the stop half-way"),
}


def load() -> dict[str, Product]:
    """All products by SKU, in the catalogue's own order."""
    facts = json.loads((FOLDER / "facts.json").read_text(encoding="utf-8"))
    with (FOLDER / "catalogue.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["sku"]: read_product(position, row, facts[row["sku"]]) for position, row in enumerate(rows)}


def read_product(position: int, row: dict[str, str], extra: dict) -> Product:
    """A row of catalogue.csv together with our own words about it from facts.json."""
    return Product(
        product_id=FIRST_PRODUCT_ID + position,
        variant_id=FIRST_VARIANT_ID + position,
        sku=row["sku"],
        slug=slugify(row["name"]),
        name=row["name"],
        category=CATEGORIES[row["category"]],
        price_cents=int(row["price_cents"]),
        description=row["description"],
        about=extra["about"],
        facts=tuple((label, value) for label, value in extra["facts"]),
        grams=extra["grams"],
        picture=f"demo/products/{Path(row['image']).name}",
    )


PRODUCTS = load()
BY_SLUG = {product.slug: product for product in PRODUCTS.values()}


def on_shelf(category: Category) -> list[Product]:
    """The products of a category."""
    return [product for product in PRODUCTS.values() if product.category == category]


def search(words: str) -> list[Product]:
    """Products whose name, category or description holds every word."""
    wanted = words.casefold().split()
    return [product for product in PRODUCTS.values() if all(word in searchable(product) for word in wanted)]


def searchable(product: Product) -> str:
    """What a search looks at, in lower case."""
    words = (product.name, product.category.name, product.description, product.about, product.sku)
    return " ".join(words).casefold()


def alike(product: Product, count: int = 4) -> list[Product]:
    """The products that follow on the same shelf, going round at its end."""
    shelf = on_shelf(product.category)
    start = shelf.index(product) + 1
    return (shelf[start:] + shelf[: start - 1])[:count]
