"""Looking around: the home page, a shelf, a search, a product."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

from demo.catalogue import BY_SLUG, CATEGORIES, PRODUCTS, Product, alike, on_shelf, search
from demo.money import CURRENCY, amount
from demo.shop import MOST_OF_ONE
from demo.views.pages import shop_page

CATEGORY_BY_SLUG = {category.slug: category for category in CATEGORIES.values()}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The front of the shop: the shelves, and everything on them."""
    shelves = [(category, on_shelf(category)) for category in CATEGORIES.values()]
    return shop_page(request, "demo/home.html", {"shelves": shelves})


@require_safe
def category(request: HttpRequest, slug: str) -> HttpResponse:
    """One shelf."""
    if (shelf := CATEGORY_BY_SLUG.get(slug)) is None:
        return missing(request)
    return shop_page(request, "demo/category.html", {"category": shelf, "products": on_shelf(shelf)})


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """What a search finds; without words, everything."""
    words = request.GET.get("q", "").strip()[:100]
    return shop_page(request, "demo/search.html", {"words": words, "products": search(words)})


@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """One article, also as JSON-LD for machines that read the page."""
    if (article := BY_SLUG.get(slug)) is None:
        return missing(request)
    context = {"product": article, "structured": structured(article), "alike": alike(article)}
    return shop_page(request, "demo/product.html", context | {"most": MOST_OF_ONE})


def missing(request: HttpRequest) -> HttpResponse:
    """The shop's own "not here", with a way on."""
    return shop_page(request, "demo/missing.html", {"products": list(PRODUCTS.values())[:4]}, status=404)


def structured(product: Product) -> dict:
    """The product as schema.org's Product; `productID` is the platform's id, which orders carry too."""
    address = settings.SITE_URL + reverse("demo:product", args=[product.slug])
    return {
        "@context": "https://schema.org",
        "@type": "Product",
        "@id": address,
        "productID": str(product.product_id),
        "sku": product.sku,
        "name": product.name,
        "description": product.description,
        "image": [settings.SITE_URL + static(product.picture)],
        "category": product.category.name,
        "brand": {"@type": "Brand", "name": "Kestrel & Pine"},
        "offers": {
            "@type": "Offer",
            "price": amount(product.price_cents),
            "priceCurrency": CURRENCY,
            "availability": "https://schema.org/InStock",
            "url": address,
        },
    }
