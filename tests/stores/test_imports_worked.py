"""Imports that are cancelled, killed or worked by two at once: the same facts in the end, and never a row twice."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from stores import tasks
from stores.models import AuditEvent, Import, ImportRow, Order
from stores.scope import store_scope
from stores.services import import_work
from stores.services.import_work import work_import
from tests.cast import Cast
from tests.stores.import_kit import csv_bytes, facts, imported, now_is, refusals, start, uploaded

ROWS = 240


class Killed(BaseException):
    """The worker's process is gone: nothing may catch it."""


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some twenty steps for these few rows."""
    monkeypatch.setattr(import_work, "READ_AT_ONCE", 25)
    monkeypatch.setattr(import_work, "BOOKED_AT_ONCE", 25)


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Tasks put on the queue, and not run."""
    calls: list[tuple[str, str]] = []
    monkeypatch.setattr(tasks.work_import, "delay", lambda *ids: calls.append(ids))
    return calls


def some_orders() -> bytes:
    """Orders of 7 customers, each a few rows; cancellations before and after what they cancel; rows to refuse."""
    rows: list[tuple[Any, ...]] = []
    for number in range(ROWS):
        day = f"2024-{number % 12 + 1:02}-{number % 28 + 1:02}"
        price = "oops" if number % 31 == 7 else "4.50"
        rows.append((f"A{number // 3}", f"2024-0{number // 3 % 9 + 1}-05", f"S{number % 11}", f"Thing {number % 11}"))
        rows[-1] += (number % 4 + 1, price, f"c{number // 3 % 7}", "")
        if number % 17 == 3:
            rows.append((f"C{number}", f"2025{day[4:]}", f"S{number % 11}", "", -50 if number == 20 else -1))
            rows[-1] += ("4.50", f"c{number // 3 % 7}", "")
    rows.reverse()
    return csv_bytes(rows)


def kill_at(monkeypatch: pytest.MonkeyPatch, name: str, call: int) -> None:
    """Have the worker die in its `call`th call of a function of import_work, after the function did its work."""
    calls = 0
    original: Callable[..., Any] = getattr(import_work, name)

    def dying(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        answer = original(*args, **kwargs)
        if calls == call:
            raise Killed
        return answer

    monkeypatch.setattr(import_work, name, dying)


def age_lease(work: Import, seconds: int = 61) -> None:
    with store_scope(work.store_id):
        Import.objects.filter(pk=work.pk).update(lease_at=timezone.now() - dt.timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("function", "call"),
    [
        ("_read_batch", 1),
        ("_read_batch", 4),
        ("_book_purchases", 1),
        ("_book_purchases", 5),
        ("_book_cancellations", 1),
    ],
)
def test_a_killed_import_goes_on_where_it_stopped(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, queued: list, function: str, call: int
) -> None:
    content = some_orders()
    omar, maya = cast.client_of(cast.omar), cast.client_of(cast.maya)
    with monkeypatch.context() as patch:
        patch.setattr(tasks.work_import, "delay", tasks.work_import)
        whole = imported(omar, cast.store_b, content)
    work = uploaded(maya, cast.store_a, content)
    start(maya, cast.store_a, work)

    with monkeypatch.context() as patch:
        kill_at(patch, function, call)
        with pytest.raises(Killed):
            work_import(store_id=cast.store_a.pk, import_id=work.pk)
    halfway = now_is(cast.store_a, work)
    age_lease(work)
    tasks.sweep_imports()
    for ids in [ids for ids in queued if ids[1] == str(work.pk)][1:]:
        tasks.work_import(*ids)

    done = now_is(cast.store_a, work)
    assert halfway.state == "running"
    assert done.state == whole.state == "done"
    counts = ("row_count", "refused_count", "booked_count", "order_count", "customer_count", "cancellation_count")
    assert [getattr(done, name) for name in counts] == [getattr(whole, name) for name in counts]
    assert done.row_count == done.booked_count + done.refused_count == 254
    assert refusals(cast.store_a, done) == refusals(cast.store_b, whole)
    assert imported_facts(cast.store_a) == imported_facts(cast.store_b)
    with store_scope(cast.store_a.id):
        assert not ImportRow.objects.exists()


def imported_facts(store: Any) -> dict[str, list[tuple]]:
    """What the import wrote; the cast's own customers are no part of it."""
    found = facts(store)
    return found | {"customers": [row for row in found["customers"] if "@" not in row[0]]}


def test_the_order_of_rows_makes_no_difference(cast: Cast) -> None:
    header, *lines = some_orders().splitlines(keepends=True)

    imported(cast.client_of(cast.maya), cast.store_a, b"".join([header, *lines]))
    imported(cast.client_of(cast.omar), cast.store_b, b"".join([header, *reversed(lines)]))

    one, other = imported_facts(cast.store_a), imported_facts(cast.store_b)
    assert (len(one["orders"]), len(one["refunds"])) == (80, 13)
    for kind in ("customers", "products", "orders", "refunds", "refund_lines"):
        assert one[kind] == other[kind]


def test_a_living_worker_is_left_alone(cast: Cast, queued: list) -> None:
    maya = cast.client_of(cast.maya)
    work = uploaded(maya, cast.store_a, some_orders())
    start(maya, cast.store_a, work)
    queued.clear()

    tasks.sweep_imports()

    assert (str(cast.store_a.pk), str(work.pk)) not in queued
    age_lease(work)
    tasks.sweep_imports()
    assert (str(cast.store_a.pk), str(work.pk)) in queued


def test_two_workers_at_once_do_nothing_twice(cast: Cast, monkeypatch: pytest.MonkeyPatch, queued: list) -> None:
    """Between two steps of one worker another one does all of the work."""
    maya, omar = cast.client_of(cast.maya), cast.client_of(cast.omar)
    content = some_orders()
    work = uploaded(maya, cast.store_a, content)
    start(maya, cast.store_a, work)
    original = import_work._batches
    calls: list[bool] = []

    def batches(*args: Any) -> Any:
        for batch in original(*args):
            yield batch
            if not calls:
                calls.append(True)
                age_lease(work)
                work_import(store_id=cast.store_a.pk, import_id=work.pk)

    monkeypatch.setattr(import_work, "_batches", batches)
    work_import(store_id=cast.store_a.pk, import_id=work.pk)

    monkeypatch.undo()
    whole = imported(omar, cast.store_b, content)
    done = now_is(cast.store_a, work)
    assert calls and done.state == "done"
    assert (done.row_count, done.order_count) == (whole.row_count, whole.order_count) == (254, 80)
    assert imported_facts(cast.store_a) == imported_facts(cast.store_b)


def test_a_worker_that_comes_late_finds_nothing_to_do(cast: Cast) -> None:
    work = imported(cast.client_of(cast.maya), cast.store_a, some_orders())
    before = facts(cast.store_a)

    work_import(store_id=cast.store_a.pk, import_id=work.pk)

    assert facts(cast.store_a) == before
    assert now_is(cast.store_a, work).finished_at == work.finished_at


def test_cancelled_while_the_file_is_read_nothing_is_taken_over(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, queued: list
) -> None:
    maya = cast.client_of(cast.maya)
    work = uploaded(maya, cast.store_a, some_orders())
    start(maya, cast.store_a, work)
    before = facts(cast.store_a)
    original = import_work._batches

    def batches(*args: Any) -> Any:
        for number, batch in enumerate(original(*args)):
            if number == 3:
                answer = maya.post(reverse("store_import_cancel", args=[cast.store_a.slug, work.pk]))
                assert answer.status_code == 302
            yield batch

    monkeypatch.setattr(import_work, "_batches", batches)
    work_import(store_id=cast.store_a.pk, import_id=work.pk)

    ended = now_is(cast.store_a, work)
    assert (ended.state, ended.row_count, ended.order_count) == ("cancelled", 75, 0)
    assert facts(cast.store_a) == before
    assert not default_storage.exists(work.stored_as)
    with store_scope(cast.store_a.id):
        assert not ImportRow.objects.exists()
        assert AuditEvent.objects.filter(object_id=str(work.pk), verb="import.cancelled").count() == 1


def test_cancelled_while_orders_are_booked_whole_orders_stay_and_it_can_be_done_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, queued: list
) -> None:
    maya = cast.client_of(cast.maya)
    content = some_orders()
    work = uploaded(maya, cast.store_a, content)
    start(maya, cast.store_a, work)
    with monkeypatch.context() as patch:
        kill_at(patch, "_book_purchases", 4)
        with pytest.raises(Killed):
            work_import(store_id=cast.store_a.pk, import_id=work.pk)

    maya.post(reverse("store_import_cancel", args=[cast.store_a.slug, work.pk]))
    work_import(store_id=cast.store_a.pk, import_id=work.pk)

    ended = now_is(cast.store_a, work)
    assert ended.state == "cancelled"
    assert 0 < ended.order_count < 80
    with store_scope(cast.store_a.id):
        assert Order.objects.count() == ended.order_count
    monkeypatch.setattr(tasks.work_import, "delay", tasks.work_import)
    again = imported(maya, cast.store_a, content)
    whole = imported(cast.client_of(cast.omar), cast.store_b, content)
    assert (again.order_count + again.known_order_count, whole.order_count) == (80, 80)
    assert imported_facts(cast.store_a) == imported_facts(cast.store_b)


def test_an_import_that_never_gets_further_fails_with_a_word(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, queued: list
) -> None:
    maya = cast.client_of(cast.maya)
    work = uploaded(maya, cast.store_a, some_orders())
    start(maya, cast.store_a, work)

    def broken(*args: Any) -> Any:
        raise RuntimeError("a bug")

    monkeypatch.setattr(import_work, "_batches", broken)
    for _ in range(import_work.MOST_ATTEMPTS):
        with pytest.raises(RuntimeError):
            work_import(store_id=cast.store_a.pk, import_id=work.pk)
    work_import(store_id=cast.store_a.pk, import_id=work.pk)

    ended = now_is(cast.store_a, work)
    assert (ended.state, ended.reason) == ("failed", import_work.GAVE_UP)
    page = maya.get(reverse("store_import", args=[cast.store_a.slug, work.pk])).content.decode()
    assert "The import failed." in page and "We could not finish this import." in page


def test_an_import_whose_file_is_gone_fails_with_a_word(cast: Cast, queued: list) -> None:
    maya = cast.client_of(cast.maya)
    work = uploaded(maya, cast.store_a, some_orders())
    start(maya, cast.store_a, work)
    default_storage.delete(work.stored_as)

    work_import(store_id=cast.store_a.pk, import_id=work.pk)

    ended = now_is(cast.store_a, work)
    assert (ended.state, ended.reason) == ("failed", "The uploaded file is gone. Please upload it again.")


def test_a_file_that_nobody_started_is_let_go_after_a_week(cast: Cast) -> None:
    work = uploaded(cast.client_of(cast.maya), cast.store_a, some_orders())
    tasks.sweep_imports()
    assert now_is(cast.store_a, work).state == "uploaded"
    with store_scope(cast.store_a.id):
        Import.objects.filter(pk=work.pk).update(created_at=timezone.now() - dt.timedelta(days=8))

    tasks.sweep_imports()

    assert now_is(cast.store_a, work).state == "cancelled"
    assert not default_storage.exists(work.stored_as)


def test_an_order_of_absurdly_many_rows_is_refused_whole(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The order column was taken for another, and all rows would be one order."""
    monkeypatch.setattr(import_work, "MOST_OF_A_KIND", 100)
    rows = [("same", "2024-03-05", f"S{number}", "Thing", 1, "2.00", "c1", "") for number in range(120)]
    rows.append(("A1", "2024-03-05", "S1", "Thing", 1, "2.00", "c1", ""))

    work = imported(cast.client_of(cast.maya), cast.store_a, csv_bytes(rows))

    assert (work.row_count, work.refused_count, work.booked_count, work.order_count) == (121, 120, 1, 1)
    assert set(refusals(cast.store_a, work).values()) == {
        "More than 10,000 rows have this order number. Is this the right column?"
    }
