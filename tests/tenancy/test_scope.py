"""Every tenant model, read and written with no scope, with the wrong one, and through what the ORM leaves open."""

from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import Error, connection, transaction

from stores.models import AuditEvent, Customer, Order, Store, Visitor
from stores.scope import ScopeConflict, ScopeMissing, TenantModel, person_scope, store_scope
from tests.cast import Cast
from tests.tenancy.rows import NEEDED_WITH, references, row_of, tenant_models, values_for

MODELS = pytest.mark.parametrize("model", tenant_models(), ids=lambda model: model.__name__)
REFERENCES = [(model, field) for model in tenant_models() for field in references(model)]
# The app may not change these at all, or only in some columns: an attempt ends in an error, not in 0 rows.
WRITTEN_ONCE = {"AuditEvent", "Commission", "LedgerAccount", "LedgerTransaction", "LedgerLeg", "Payout", "PayoutRun"}


def raw_count(model: type[TenantModel]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {model._meta.db_table}")
        return cursor.fetchone()[0]


def make_row(model: type[TenantModel], cast: Cast, store: Store | None = None) -> Any:
    """A committed row of store A, or of another (a lone ledger leg could not be committed: it gets its counterpart)."""
    store = store or cast.store_a
    with store_scope(store.id):
        row = row_of(model, store)
        if model.__name__ == "LedgerLeg":
            counter = {"transaction": row.transaction, "account": row.account, "amount_minor": -row.amount_minor}
            row_of(model, store, **counter)
    return row


@MODELS
def test_the_own_scope_sees_the_row(model: type[TenantModel], cast: Cast) -> None:
    row = make_row(model, cast)

    with store_scope(cast.store_a.id):
        assert model.objects.filter(pk=row.pk).exists()
        assert raw_count(model) >= 1


@MODELS
def test_without_a_scope_nothing_is_read(model: type[TenantModel], cast: Cast) -> None:
    row = make_row(model, cast)

    with pytest.raises(ScopeMissing):
        model.objects.filter(pk=row.pk).exists()
    assert raw_count(model) == 0
    assert not model._base_manager.filter(pk=row.pk).exists()


@MODELS
def test_without_a_scope_nothing_is_written(model: type[TenantModel], cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        values = values_for(model, cast.store_a)
    with pytest.raises(Error, match="row-level security"):
        model._base_manager.create(**values)


@MODELS
def test_another_store_neither_reads_nor_changes_the_row(model: type[TenantModel], cast: Cast) -> None:
    row = make_row(model, cast)
    rows: Any = model._base_manager

    with store_scope(cast.store_b.id):
        assert not model.objects.filter(pk=row.pk).exists()
        assert not rows.filter(store=cast.store_a).exists()
        if model.__name__ not in WRITTEN_ONCE:
            assert rows.filter(pk=row.pk).update(store=cast.store_b) == 0
            assert rows.filter(pk=row.pk)._raw_delete(using="default") == 0
    with store_scope(cast.store_a.id):
        assert model.objects.filter(pk=row.pk).exists()


@MODELS
def test_another_store_cannot_be_written_to(model: type[TenantModel], cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        values = values_for(model, cast.store_a)
    with pytest.raises(Error, match="row-level security"), store_scope(cast.store_b.id):
        model.objects.create(**values)


@pytest.mark.parametrize(("model", "field"), REFERENCES, ids=lambda part: getattr(part, "name", None) or part.__name__)
def test_a_parent_of_another_store_is_refused(model: type[TenantModel], field: Any, cast: Cast) -> None:
    foreign = make_row(field.related_model, cast, cast.store_b)
    given = {**NEEDED_WITH.get((model.__name__, field.name), {}), field.name: foreign}

    with pytest.raises(Error, match=f"{field.column}_same_store|row-level security"), store_scope(cast.store_a.id):
        row_of(model, cast.store_a, **given)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@MODELS
@pytest.mark.parametrize("setting", ["", "garbage", "01999999-0000-7000-8000-000000000000"])
def test_a_broken_setting_shows_no_row(model: type[TenantModel], setting: str, cast: Cast) -> None:
    make_row(model, cast)

    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('app.store', %s, true)", [setting])
            assert raw_count(model) == 0
    except Error as error:
        assert "invalid input syntax for type uuid" in str(error)  # an error is no row either


def test_a_scope_ends_with_its_transaction(cast: Cast) -> None:
    make_row(Customer, cast)
    with store_scope(cast.store_a.id):
        assert raw_count(Customer) > 0

    assert raw_count(Customer) == 0
    with pytest.raises(RuntimeError), store_scope(cast.store_a.id):
        raise RuntimeError("whatever happens inside")
    assert raw_count(Customer) == 0


def test_scopes_of_two_stores_do_not_nest(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        with store_scope(cast.store_a.id):
            assert raw_count(Customer) > 0
        with pytest.raises(ScopeConflict), store_scope(cast.store_b.id):
            pass


def test_a_person_reads_her_own_rows_of_any_store_and_no_others(cast: Cast) -> None:
    with person_scope(cast.erik_user.id):
        experts = type(cast.erik).objects.all()
        assert [expert.pk for expert in experts] == [cast.erik.pk]
        assert experts.update(display_name="Somebody else") == 0
        with pytest.raises(ScopeMissing):
            Customer.objects.exists()
        assert raw_count(Customer) == 0


# ── Twelve ways past the manager. Each is played in the scope of store B and with none, after a row of A was made. ──


def by_base_manager(row: Order) -> Any:
    return list(Order._base_manager.filter(pk=row.pk))


def by_exists(row: Order) -> Any:
    return Order._base_manager.filter(pk=row.pk).exists()


def by_async_for(row: Order) -> Any:
    async def collect() -> list[Order]:
        return [found async for found in Order._base_manager.filter(pk=row.pk)]

    return async_to_sync(collect)()


def by_aggregate(row: Order) -> Any:
    return Order._base_manager.filter(pk=row.pk).count()


def by_forward_key(row: Order) -> Any:
    fresh = Order(pk=row.pk, store_id=row.store_id, customer_id=row.customer_id)
    try:
        return fresh.customer
    except Customer.DoesNotExist:
        return None


def by_refresh(row: Order) -> Any:
    try:
        Order(pk=row.pk).refresh_from_db()
    except Order.DoesNotExist:
        return None
    return row


def by_in_bulk(row: Order) -> Any:
    return Order._base_manager.in_bulk([row.pk])


def by_raw_query(row: Order) -> Any:
    return list(Order._base_manager.raw("SELECT * FROM stores_order WHERE id = %s", [row.pk]))


def by_cursor(row: Order) -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM stores_order WHERE id = %s", [row.pk])
        return cursor.fetchall()


def by_join(row: Order) -> Any:
    return list(Visitor._base_manager.filter(store__orders__pk=row.pk))


def by_save(row: Order) -> Any:
    row.number = "stolen"
    try:
        with transaction.atomic():
            row.save(force_update=True)
    except Error:
        return None
    return row


def by_bulk_create(row: Order) -> Any:
    try:
        with transaction.atomic():
            return Customer._base_manager.bulk_create([Customer(store_id=row.store_id, external_id="planted")])
    except Error:
        return None


def by_queryset_update(row: Order) -> Any:
    return Order._base_manager.filter(pk=row.pk).update(number="stolen")


ESCAPES = [value for name, value in globals().items() if name.startswith("by_")]


@pytest.mark.parametrize("escape", ESCAPES, ids=lambda escape: escape.__name__)
@pytest.mark.parametrize("scope", ["none", "other"])
def test_no_way_past_the_manager_leads_anywhere(escape: Any, scope: str, cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        order = row_of(Order, cast.store_a, customer=row_of(Customer, cast.store_a), number="1001")

    if scope == "none":
        assert not escape(order)
    else:
        with store_scope(cast.store_b.id):
            assert not escape(order)

    with store_scope(cast.store_a.id):
        assert Order.objects.get(pk=order.pk).number == "1001"
        assert not Customer.objects.filter(external_id="planted").exists()


@pytest.mark.parametrize("escape", [by_exists, by_cursor, by_refresh, by_save, by_bulk_create])
def test_the_same_ways_work_in_the_own_scope(escape: Any, cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        order = row_of(Order, cast.store_a, customer=row_of(Customer, cast.store_a))
        assert escape(order)


def test_the_audit_record_cannot_be_changed(cast: Cast) -> None:
    row = make_row(AuditEvent, cast)

    for change in (
        lambda: AuditEvent.objects.filter(pk=row.pk).update(verb="nothing"),
        lambda: AuditEvent.objects.filter(pk=row.pk)._raw_delete(using="default"),
    ):
        with pytest.raises(Error, match="written once"), store_scope(cast.store_a.id):
            change()
