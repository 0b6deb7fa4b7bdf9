"""Statements: opening + lines = closing, by the store's own clock."""

import csv
import datetime as dt
import io

import pytest

from experts.models import Expert, Terms
from payouts.months import Month
from payouts.services.commissions import settle_order
from payouts.services.earnings import earning_lines, paid_out, read_lines
from payouts.services.payouts import take_step
from payouts.services.statements import months_of, statement_csv, statement_of
from stores.errors import NotFound
from stores.models import Store
from stores.scope import store_scope
from tests.cast import Cast
from tests.payouts.factories import credit_for, earn, make_order, refund
from tests.payouts.test_runs import give_accounts, run_now

NOVEMBER, OCTOBER = Month(2026, 11), Month(2026, 10)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.fixture
def erik_in_berlin(cast: Cast) -> Expert:
    """Erik, engaged on 1 October by Berlin's clock, which was still September in UTC."""
    Store.objects.filter(pk=cast.store_a.pk).update(timezone="Europe/Berlin", return_window_days=0)
    cast.store_a.refresh_from_db()
    with store_scope(cast.store_a.id):
        Terms.objects.update(effective_from=at("2026-09-01T00:00"))
        Expert.objects.filter(pk=cast.erik.pk).update(engaged_at=at("2026-09-30T22:30"))
        return Expert.objects.select_related("store").get(pk=cast.erik.pk)


def test_a_month_of_everything(cast: Cast, erik_in_berlin: Expert) -> None:
    erik = erik_in_berlin
    with store_scope(cast.store_a.id):
        give_accounts(cast)
        # By Berlin's clock the first of these is still October's, the second November's.
        earn(erik, cast.terms, 1500, placed_at=at("2026-10-30T12:00"), now=at("2026-10-31T22:59"))
        order = earn(erik, cast.terms, 1000, placed_at=at("2026-10-30T12:00"), now=at("2026-10-31T23:00"))
        refund(order, 0, 3000)
        settle_order(order=order, credit=credit_for(order, erik, cast.terms), now=at("2026-11-03T09:00"))
        run = run_now(cast, at("2026-11-10T10:00"))
        take_step(run=run, step="sent", user=cast.maya, now=at("2026-11-10T11:00"))
        take_step(run=run, step="failed", user=cast.maya, now=at("2026-11-12T11:00"), reason="Account closed")
        statement = statement_of(expert=erik, month=NOVEMBER, now=at("2026-11-21T12:00"))

    assert (statement.opening_minor, statement.closing_minor, statement.is_running) == (1500, 2200, True)
    assert [(line.title, line.detail, line.amount_minor) for line in statement.lines] == [
        ("Product 0", "Order paid · order of 30 October 2026", 1000),
        ("Product 0", "Goods refunded · order of 30 October 2026", -300),
        ("Payout 1 to the bank account", "DE89 … 3000", -2200),
        ("Payout 1 came back", "Account closed", 2200),
    ]
    assert statement.opening_minor + statement.moved_minor == statement.closing_minor


def test_months_join_without_a_gap(cast: Cast, erik_in_berlin: Expert) -> None:
    now = at("2026-11-21T12:00")
    with store_scope(cast.store_a.id):
        for moment in ("2026-10-01T00:00", "2026-10-31T22:59", "2026-10-31T23:00", "2026-11-20T12:00"):
            earn(erik_in_berlin, cast.terms, 1000, placed_at=at("2026-10-01T00:00"), now=at(moment))
        october = statement_of(expert=erik_in_berlin, month=OCTOBER, now=now)
        november = statement_of(expert=erik_in_berlin, month=NOVEMBER, now=now)

    assert (october.opening_minor, len(october.lines), october.closing_minor) == (0, 2, 2000)
    assert (november.opening_minor, len(november.lines), november.closing_minor) == (2000, 2, 4000)
    assert october.end == november.start


def test_there_are_statements_from_the_first_month_to_this_one(cast: Cast, erik_in_berlin: Expert) -> None:
    now = at("2026-11-30T22:59")
    with store_scope(cast.store_a.id):
        assert months_of(expert=erik_in_berlin, now=now) == [NOVEMBER, OCTOBER]
        assert months_of(expert=erik_in_berlin, now=at("2026-11-30T23:00")) == [Month(2026, 12), NOVEMBER, OCTOBER]
        for month in (Month(2026, 9), Month(2026, 12), Month(2026, 13), Month(2026, 0), Month(0, 1), Month(99999, 1)):
            with pytest.raises(NotFound):
                statement_of(expert=erik_in_berlin, month=month, now=now)


def test_the_csv_is_the_statement(cast: Cast, erik_in_berlin: Expert) -> None:
    with store_scope(cast.store_a.id):
        order = make_order(cast.store_a, [10000], placed_at=at("2026-11-02T12:00"))
        order.lines.update(title="=cmd|' /C calc'!A0")
        settle_order(order=order, credit=credit_for(order, erik_in_berlin, cast.terms), now=at("2026-11-02T23:30"))
        text = statement_csv(statement_of(expert=erik_in_berlin, month=NOVEMBER, now=at("2026-11-21T12:00")))

    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["Date", "What", "Details", "Amount", "Currency"]
    assert [row[1] for row in rows[1:]] == ["Opening balance", "'=cmd|' /C calc'!A0", "Closing balance"]
    assert [row[3] for row in rows[1:]] == ["0.00", "10.00", "10.00"]


def test_month_arithmetic() -> None:
    assert (Month(2026, 12).next(), Month(2026, 1).previous()) == (Month(2027, 1), Month(2025, 12))
    start, end = Month(2026, 3).bounds("Europe/Berlin")
    # An hour is missing: clocks go forward on the 29th.
    assert end.astimezone(dt.UTC) - start.astimezone(dt.UTC) == dt.timedelta(days=31, hours=-1)
    assert Month.of(at("2026-10-31T23:00"), "Europe/Berlin") == NOVEMBER
    assert Month.of(at("2026-10-31T23:00"), "America/New_York") == OCTOBER


def test_earnings_line_by_line(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        order = make_order(cast.store_a, [4900, 1250, 700], placed_at=cast.now)
        credit = credit_for(order, cast.erik, cast.terms, "eoo")
        settle_order(order=order, credit=credit, now=cast.now)
        refund(order, 1, 1250)
        settle_order(order=order, credit=credit, now=cast.now + dt.timedelta(days=1))
        lines = read_lines(cast.erik, list(earning_lines(cast.erik)))

        assert [(line.line.title, line.amount_minor, line.product_count) for line in lines] == [
            ("Product 0", 490, 3),
            ("Product 1", 0, 3),
            ("Product 2", 35, 3),
        ]
        assert [[(change.amount_minor, change.reason) for change in line.changes] for line in lines] == [
            [],
            [(-63, "Goods refunded")],
            [],
        ]
        assert list(earning_lines(cast.nora)) == []


def test_what_payouts_carried_away(cast: Cast) -> None:
    long_ago = cast.now - dt.timedelta(days=40)
    with store_scope(cast.store_a.id):
        give_accounts(cast)
        for expert, amount in ((cast.erik, 2500), (cast.nora, 3000)):
            earn(expert, cast.terms, amount, placed_at=long_ago, now=long_ago)
        run = run_now(cast)
        assert paid_out(cast.store_a.payouts.all()).on_its_way_minor == 5500
        take_step(run=run, step="sent", user=cast.maya, now=cast.now)
        nora = run.payouts.get(expert=cast.nora)
        take_step(run=run, step="failed", user=cast.maya, now=cast.now, reason="r", payout_id=nora.pk)
        take_step(run=run, step="paid", user=cast.maya, now=cast.now)
        sums = paid_out(cast.store_a.payouts.all())
        assert (sums.paid_minor, sums.on_its_way_minor) == (2500, 0)
        assert paid_out(cast.nora.payouts.all()).paid_minor == 0
