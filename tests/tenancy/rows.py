"""A valid row of any tenant model, made from its fields alone: a new model is tested without being asked."""

import datetime as dt
import itertools
import uuid
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

from stores.models import Store, User
from stores.scope import TenantForeignKey, TenantModel, TenantOneToOneField

_numbers = itertools.count(1)
REFERENCE = (TenantForeignKey, TenantOneToOneField)

# What the fields' types do not tell: values that a model's own constraints ask for.
NEEDED: dict[str, dict[str, Any]] = {
    "Terms": {"window_days": 7},
    "Review": {"rating": 5},
    "TermsAcceptance": {"is_adult": True, "discloses_commission": True},
    "Attribution": {"outcome": "uncredited"},
    "LedgerAccount": {"kind": "store_cash"},
    "PlatformConnection": {"platform": "generic"},
    "Expert": {"max_conversations": 3},
}
# And values that a row needs once an optional reference of it is filled.
NEEDED_WITH: dict[tuple[str, str], dict[str, Any]] = {
    ("Attribution", "expert"): {"outcome": "credited"},
    ("LedgerAccount", "expert"): {"kind": "expert_payable"},
}


def tenant_models() -> list[type[TenantModel]]:
    """Every model of every floor that belongs to a store."""
    return [model for model in apps.get_models() if issubclass(model, TenantModel)]


def references(model: type[TenantModel]) -> list[Any]:
    """The fields of a tenant model that point to another tenant model."""
    return [field for field in model._meta.local_fields if isinstance(field, REFERENCE)]


def values_for(model: type[models.Model], store: Store, **given: Any) -> dict[str, Any]:
    """Valid values for a new row in `store`, whose scope is open; parents are made as needed."""
    values: dict[str, Any] = {"store": store}
    chosen = {**NEEDED.get(model.__name__, {}), **given}
    for field in model._meta.local_fields:
        if field.name in ("id", "store"):
            continue
        if field.name in chosen:
            values[field.name] = chosen[field.name]
        elif not (field.null or field.has_default() or field.has_db_default() or getattr(field, "auto_now_add", False)):
            values[field.name] = _value(field, store)
    return values


def row_of(model: type[models.Model], store: Store, **given: Any) -> Any:
    """A saved row of `model` in `store`, whose scope is open."""
    row = model(**values_for(model, store, **given))
    row.save(force_insert=True)
    return row


def _value(field: Any, store: Store) -> Any:
    number = next(_numbers)
    if isinstance(field, REFERENCE):
        return row_of(field.related_model, store)
    if isinstance(field, models.ForeignKey):
        assert field.related_model is User, field
        return User.objects.create_user(email=f"row-{uuid.uuid4().hex}@rows.example")
    if field.choices:
        return field.choices[0][0]
    for kinds, value in (
        ((ArrayField,), []),
        ((models.UUIDField,), uuid.uuid4()),
        ((models.DateTimeField,), dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)),
        ((models.BooleanField,), True),
        ((models.FloatField,), 0.5),
        ((models.IntegerField,), number),
        ((models.JSONField,), {}),
        ((models.BinaryField,), b"{}"),
        ((models.EmailField,), f"row-{number}@rows.example"),
    ):
        if isinstance(field, kinds):
            return value
    if field.name == "currency":
        return "EUR"
    return f"{field.name}-{number}"[: field.max_length or 50]
