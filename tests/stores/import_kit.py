"""Uploading and importing as a member does it, and all that an import can change, by natural keys."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from stores.models import Customer, Import, ImportRefusal, Order, OrderLine, Product, Refund, RefundLine, Store
from stores.scope import store_scope
from stores.services.imports import first_choices
from stores.views.import_form import as_data

COLUMNS = ("Order", "Date", "SKU", "Product", "Quantity", "Price", "Customer id", "Email")


def csv_bytes(rows: Iterable[Sequence[Any]], columns: Sequence[str] = COLUMNS) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([columns, *rows])
    return buffer.getvalue().encode()


def send(client: Client, store: Store, content: bytes, name: str = "orders.csv") -> Any:
    """Post a file to the store's imports."""
    file = SimpleUploadedFile(name, content, content_type="text/csv")
    return client.post(reverse("store_import_upload", args=[store.slug]), {"file": file})


def uploaded(client: Client, store: Store, content: bytes) -> Import:
    """The import that an upload made."""
    response = send(client, store, content)
    assert response.status_code == 302, response.content.decode()[-2000:]
    with store_scope(store.id):
        return Import.objects.get(pk=response.headers["Location"].split("/")[-2])


def start(client: Client, store: Store, work: Import, **changes: str) -> Any:
    """Confirm the columns as guessed, but for `changes`."""
    with store_scope(store.id):
        data = as_data(first_choices(work)) | changes
    return client.post(reverse("store_import_start", args=[store.slug, work.pk]), data)


def imported(client: Client, store: Store, content: bytes, **changes: str) -> Import:
    """The import of a file, worked to its end: tasks run at once in tests."""
    work = uploaded(client, store, content)
    response = start(client, store, work, **changes)
    assert response.status_code == 302, response.content.decode()[-2000:]
    return now_is(store, work)


def now_is(store: Store, work: Import) -> Import:
    with store_scope(store.id):
        return Import.objects.get(pk=work.pk)


def refusals(store: Store, work: Import) -> dict[int, str]:
    """Line number → reason."""
    with store_scope(store.id):
        return dict(ImportRefusal.objects.filter(source=work).values_list("line_number", "reason"))


def facts(store: Store) -> dict[str, list[tuple]]:
    """Everything that an import writes about a store, without our own ids and clocks."""
    with store_scope(store.id):
        return {
            "customers": _rows(Customer, "external_id", "email", "name", "country"),
            "products": _rows(Product, "sku", "title", "category"),
            "orders": _rows(
                Order,
                *("external_id", "number", "customer__external_id", "email", "status", "source", "currency"),
                *("goods_minor", "total_minor", "placed_at", "changed_at"),
            ),
            "lines": _rows(
                OrderLine,
                *("order__external_id", "external_id", "product__sku", "sku", "title", "quantity", "amount_minor"),
                "position",
            ),
            "refunds": _rows(Refund, "order__external_id", "external_id", "refunded_at"),
            "refund_lines": _rows(
                RefundLine, "refund__external_id", "order_line__external_id", "quantity", "amount_minor"
            ),
        }


def _rows(model: Any, *names: str) -> list[tuple]:
    return sorted(model.objects.values_list(*names))
