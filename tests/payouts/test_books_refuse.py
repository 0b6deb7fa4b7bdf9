"""The database keeps the books by itself: as the application's role, in plain SQL, past all our code (F4)."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import Error, IntegrityError, ProgrammingError, connection, connections, transaction
from django.db.backends.utils import CursorWrapper

from payouts.models import AccountKind, LedgerAccount, LedgerLeg, LedgerTransaction
from payouts.services import ledger
from payouts.services.ledger import Leg, post
from stores.scope import store_scope
from tests.cast import Cast

LEG = """
INSERT INTO payouts_ledgerleg (store_id, transaction_id, account_id, amount_minor, currency, available_at, occurred_at)
VALUES (%s, %s, %s, %s, %s, now(), now())
"""
WRITTEN_ONCE = ["payouts_ledgerleg", "payouts_ledgertransaction", "payouts_ledgeraccount", "payouts_commission"]


class Books:
    """A store's books with one transaction in them, and SQL to attack them with."""

    def __init__(self, cast: Cast) -> None:
        self.store = cast.store_a
        with store_scope(self.store.id):
            receivable, cash, dollars = (
                (AccountKind.STORE_RECEIVABLE, None, "EUR"),
                (AccountKind.STORE_CASH, None, "EUR"),
                (AccountKind.STORE_CASH, None, "USD"),
            )
            accounts = ledger.open_accounts(store=self.store, keys={receivable, cash, dollars})
            self.receivable, self.cash, self.dollars = accounts[receivable], accounts[cash], accounts[dollars]
            self.booked = self.book(cast, "fact", 500)
            self.other = self.book(cast, "other", 70)

    def book(self, cast: Cast, source_key: str, amount: int) -> LedgerTransaction:
        legs = [
            Leg(kind=kind, amount_minor=signed, currency="EUR", available_at=cast.now)
            for kind, signed in ((AccountKind.STORE_RECEIVABLE, amount), (AccountKind.STORE_CASH, -amount))
        ]
        return post(store=self.store, kind="test", source_key=source_key, occurred_at=cast.now, legs=legs)

    def run(self, sql: str, *values: uuid.UUID | int | str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(sql, list(values))
            return cursor.rowcount

    def leg(self, booked: uuid.UUID, account: uuid.UUID, amount: int, currency: str = "EUR") -> None:
        self.run(LEG, self.store.pk, booked, account, amount, currency)

    def new_transaction(self, cast: Cast) -> uuid.UUID:
        return LedgerTransaction.objects.create(
            store=self.store, kind="test", source_key=str(uuid.uuid4()), occurred_at=cast.now
        ).pk

    def refused(self, *errors: type[Error], attempt: Callable[[], object]) -> str:
        """Run the attempt in the store's scope; it must fail by the commit at the latest and leave no trace."""
        with pytest.raises(errors) as caught, store_scope(self.store.id):
            attempt()
        with store_scope(self.store.id):
            legs = sorted(LedgerLeg.objects.values_list("transaction_id", "amount_minor"))
        assert legs == sorted(
            [(self.booked.pk, 500), (self.booked.pk, -500), (self.other.pk, 70), (self.other.pk, -70)]
        )
        return str(caught.value)


@contextmanager
def as_owner() -> Iterator[CursorWrapper]:
    """A transaction as the role that owns the tables and sees every store."""
    with transaction.atomic(using="migrator"), connections["migrator"].cursor() as cursor:
        yield cursor


@pytest.fixture
def books(cast: Cast) -> Books:
    return Books(cast)


def test_a_balanced_insert_is_taken(books: Books, cast: Cast) -> None:
    with store_scope(books.store.id):
        new = books.new_transaction(cast)
        books.leg(new, books.receivable, 30)
        books.leg(new, books.cash, -30)
    with store_scope(books.store.id):
        assert LedgerLeg.objects.filter(transaction=new).count() == 2


def test_an_unbalanced_insert_is_refused_at_the_commit(books: Books, cast: Cast) -> None:
    def attempt() -> None:
        new = books.new_transaction(cast)
        books.leg(new, books.receivable, 30)
        books.leg(new, books.cash, -29)

    assert "is off by 1 EUR" in books.refused(IntegrityError, attempt=attempt)


def test_a_late_leg_on_a_booked_transaction_is_refused(books: Books) -> None:
    books.refused(IntegrityError, attempt=lambda: books.leg(books.booked.pk, books.cash, -5))


def test_currencies_that_balance_only_together_are_refused(books: Books, cast: Cast) -> None:
    def attempt() -> None:
        new = books.new_transaction(cast)
        books.leg(new, books.receivable, 30)
        books.leg(new, books.dollars, -30, "USD")

    assert "is off by" in books.refused(IntegrityError, attempt=attempt)


def test_a_leg_in_another_currency_than_its_account_is_refused(books: Books, cast: Cast) -> None:
    def attempt() -> None:
        new = books.new_transaction(cast)
        books.leg(new, books.receivable, 30, "USD")
        books.leg(new, books.dollars, -30, "USD")

    assert "cannot stand on an account in another currency" in books.refused(IntegrityError, attempt=attempt)


def test_a_leg_of_nothing_is_refused(books: Books) -> None:
    books.refused(IntegrityError, attempt=lambda: books.leg(books.booked.pk, books.cash, 0))


@pytest.mark.parametrize("table", WRITTEN_ONCE)
@pytest.mark.parametrize("sql", ["UPDATE {} SET store_id = store_id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_what_is_written_is_neither_changed_nor_deleted(books: Books, table: str, sql: str) -> None:
    assert "permission denied" in books.refused(ProgrammingError, attempt=lambda: books.run(sql.format(table)))


def test_a_leg_cannot_move_to_another_transaction(books: Books) -> None:
    sql = "UPDATE payouts_ledgerleg SET transaction_id = %s WHERE transaction_id = %s AND amount_minor > 0"
    books.refused(ProgrammingError, attempt=lambda: books.run(sql, books.other.pk, books.booked.pk))


def test_the_one_column_that_a_row_lock_needs_cannot_be_changed_either(books: Books) -> None:
    """The grant lets who pays lock accounts; the trigger refuses what else it would allow."""
    with store_scope(books.store.id):
        assert len(LedgerAccount.objects.select_for_update(no_key=True)) == 3
    message = books.refused(Error, attempt=lambda: books.run("UPDATE payouts_ledgeraccount SET id = id"))
    assert "is written once" in message


@pytest.mark.parametrize("sql", ["UPDATE {} SET store_id = store_id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_not_even_the_owner_of_the_tables_changes_legs(books: Books, sql: str) -> None:
    """Triggers hold whom grants do not: the role that migrates."""
    with pytest.raises(Error, match="is written once"), as_owner() as cursor:
        cursor.execute(sql.format("payouts_ledgerleg"))


def test_a_moved_leg_would_unbalance_what_it_leaves(books: Books) -> None:
    """The balance trigger looks at OLD too: without the append-only trigger it alone refuses the move."""
    with pytest.raises(IntegrityError, match="is off by"), as_owner() as cursor:
        cursor.execute("ALTER TABLE payouts_ledgerleg DISABLE TRIGGER payouts_ledgerleg_append_only")
        cursor.execute(
            "UPDATE payouts_ledgerleg SET transaction_id = %s WHERE transaction_id = %s AND amount_minor > 0",
            [books.other.pk, books.booked.pk],
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_leg_on_a_foreign_stores_account_is_refused(books: Books, cast: Cast) -> None:
    with store_scope(cast.store_b.id):
        key = (AccountKind.STORE_CASH, None, "EUR")
        foreign = ledger.open_accounts(store=cast.store_b, keys={key})[key]

    def attempt() -> None:
        new = books.new_transaction(cast)
        books.leg(new, books.receivable, 30)
        books.leg(new, foreign, -30)

    books.refused(IntegrityError, attempt=attempt)
