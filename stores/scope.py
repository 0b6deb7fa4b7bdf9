"""One store at a time: the only way to tenant rows, for requests, sockets, tasks and commands alike.

The scope is a transaction in which PostgreSQL knows the store (`app.store`), so that row-level security shows that
store's rows and no others. Outside a scope tenant managers refuse, and whatever gets past them finds no rows.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ClassVar, TypeVar

from django.db import connection, models, transaction
from django.utils.deconstruct import deconstructible

M = TypeVar("M", bound="TenantModel")

_store: ContextVar[uuid.UUID | None] = ContextVar("store", default=None)
_person: ContextVar[uuid.UUID | None] = ContextVar("person", default=None)


class ScopeMissing(RuntimeError):
    """Tenant rows were asked for without a scope: the door forgot `store_scope`."""


class ScopeConflict(RuntimeError):
    """A scope of another store was opened inside a scope."""


@contextmanager
def store_scope(store_id: uuid.UUID) -> Iterator[None]:
    """Open a transaction that sees the rows of one store only; an inner scope of the same store joins the outer one.

    Raises ScopeConflict inside another store's scope. Effects belong into `transaction.on_commit`.
    """
    if (outer := _store.get()) is not None:
        if outer != store_id:
            raise ScopeConflict(f"in the scope of store {outer}, asked for {store_id}")
        yield
        return
    with transaction.atomic(durable=True):
        _tell_database("app.store", store_id)
        token = _store.set(store_id)
        try:
            yield
        finally:
            _store.reset(token)


@contextmanager
def person_scope(person_id: uuid.UUID) -> Iterator[None]:
    """Open a transaction in which a person's own memberships and expert rows of every store can be read.

    It exists to find out which stores to open, and gives no right to write.
    """
    with transaction.atomic(durable=True):
        _tell_database("app.person", person_id)
        token = _person.set(person_id)
        try:
            yield
        finally:
            _person.reset(token)


def new_ids(count: int) -> list[uuid.UUID]:
    """Ids for rows to be made, from the database that makes them: for a store's scope, and for `bulk_create`.

    Django does not read the keys back that a database default gives to rows created in bulk.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT uuidv7() FROM generate_series(1, %s)", [count])
        return [row[0] for row in cursor.fetchall()]


def new_store_id() -> uuid.UUID:
    """An id for a store to be made: with it a scope can be opened in which the store is made whole."""
    return new_ids(1)[0]


def current_store_id() -> uuid.UUID:
    """The store whose scope is open; raises ScopeMissing."""
    if (store_id := _store.get()) is None:
        raise ScopeMissing("no store scope is open: wrap the call in store_scope(store_id)")
    return store_id


def dangerously_across_stores(model: type[M]) -> models.QuerySet[M]:
    """Rows of every store, read past row-level security. Sweeps only; tests/house lists who may call this."""
    return model._base_manager.using("platform")


def _tell_database(name: str, value: uuid.UUID) -> None:
    # `true` ends the setting with the transaction: a pooled connection never carries a store to its next user.
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [name, str(value)])


@deconstructible(path="stores.scope.UUIDv7")
class UUIDv7(models.Func):
    """PostgreSQL 18's `uuidv7()`: unique, and sorted by time."""

    function = "uuidv7"
    arity = 0
    output_field = models.UUIDField()


class TenantManager(models.Manager):
    """Refuses to start a query outside a scope; inside, row-level security does the filtering."""

    def get_queryset(self) -> models.QuerySet:
        if _store.get() is None and not (self.model.person_field and _person.get()):  # type: ignore[attr-defined]
            raise ScopeMissing(f"{self.model.__name__} was asked for outside a store scope")
        return super().get_queryset()


class TenantModel(models.Model):
    """A row that belongs to one store. Subclasses name their `store` key, and their migration isolates the table."""

    # Set on models that belong to a person as well (`user_id`): readable by that person in `person_scope`.
    person_field: ClassVar[str | None] = None

    id = models.UUIDField(primary_key=True, db_default=UUIDv7(), editable=False)

    objects = TenantManager()

    class Meta:
        abstract = True


class StoreKey(models.ForeignKey):
    """The `store` column of a tenant table. Every index and unique key is led by it, so it needs none of its own."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("to", "stores.Store")
        kwargs.setdefault("on_delete", models.PROTECT)
        kwargs.setdefault("db_index", False)
        super().__init__(**kwargs)


class TenantForeignKey(models.ForeignKey):
    """A reference between tenant tables: in the database `(store_id, …)`, because plain keys ignore row security.

    The constraint is made by `stores.isolation.IsolateTenants` or `AddTenantReference` in the migration.
    """

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        kwargs.setdefault("db_constraint", False)
        # An index that row-level security can use is led by the store: models name theirs.
        kwargs.setdefault("db_index", False)
        super().__init__(to, on_delete, **kwargs)


class TenantOneToOneField(models.OneToOneField):
    """A TenantForeignKey of which there is at most one."""

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        kwargs.setdefault("db_constraint", False)
        super().__init__(to, on_delete, **kwargs)
