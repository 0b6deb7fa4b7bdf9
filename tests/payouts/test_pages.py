"""The pages of payouts: who passes, what they say, and a run from preview to paid in a browser's requests."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from payouts.models import PayoutMethod, PayoutRun
from payouts.services.payouts import take_step
from stores.models import Order, Store
from stores.scope import store_scope
from tests.cast import Cast, make_expert
from tests.payouts.factories import earn
from tests.payouts.test_runs import ERIKS_IBAN, STORES_IBAN, cleared, give_accounts, run_now

MONEY: list[tuple[str, dict[str, Any], str]] = [
    ("store_payout_new", {}, "get"),
    ("store_payout_new", {}, "post"),
    ("store_payout_bank", {}, "get"),
    ("store_payout_bank", {}, "post"),
    ("store_payout_file", {"number": 1, "key": "sepa"}, "get"),
    ("store_payout_file", {"number": 1, "key": "csv"}, "get"),
    ("store_payout_step", {"number": 1, "step": "sent"}, "post"),
]
SEE: list[tuple[str, dict[str, Any], str]] = [
    ("store_payouts", {}, "get"),
    ("store_payout_runs", {}, "get"),
    ("store_payout_run", {"number": 1}, "get"),
]


def url(store: Store, name: str, **kwargs: object) -> str:
    return reverse(name, kwargs={"slug": store.slug, **kwargs})


@pytest.fixture
def run(cast: Cast) -> PayoutRun:
    """A run of 25.00 to Erik; Nora has 7.60, which is below the minimum."""
    with store_scope(cast.store_a.id):
        give_accounts(cast)
        cleared(cast, cast.erik, 2500)
        cleared(cast, cast.nora, 760)
        return run_now(cast)


def statement_kwargs(cast: Cast) -> dict[str, Any]:
    return {"expert_id": cast.erik.pk, "year": cast.now.year, "month": cast.now.month}


def test_members_see_and_only_owners_touch_money(cast: Cast, run: PayoutRun) -> None:
    statements = [(name, statement_kwargs(cast), "get") for name in ("store_statement", "store_statement_file")]
    for user in (cast.manager, cast.analyst):
        client = cast.client_of(user)
        for name, kwargs, method in SEE:
            assert getattr(client, method)(url(cast.store_a, name, **kwargs)).status_code == 200, name
        for name, kwargs, method in [*MONEY, *statements]:
            assert getattr(client, method)(url(cast.store_a, name, **kwargs)).status_code == 403, name
    owner = cast.client_of(cast.maya)
    for name, kwargs, method in [*SEE, *MONEY[:1], *MONEY[2:6], *statements]:
        assert getattr(owner, method)(url(cast.store_a, name, **kwargs)).status_code == 200, name
    with store_scope(cast.store_a.id):
        assert run.payouts.get().state == "pending"


def test_a_foreign_owner_gets_what_a_missing_store_gives(cast: Cast, run: PayoutRun, omar: Client) -> None:
    missing = omar.get("/s/there-is-none/payouts/")
    assert missing.status_code == 404
    statements = [(name, statement_kwargs(cast), "get") for name in ("store_statement", "store_statement_file")]
    for name, kwargs, method in [*SEE, *MONEY, *statements]:
        answer = getattr(omar, method)(url(cast.store_a, name, **kwargs))
        assert (answer.status_code, answer.content) == (404, missing.content), name


def test_the_number_and_ids_of_another_store_are_missing_in_mine(cast: Cast, run: PayoutRun, omar: Client) -> None:
    assert omar.get(url(cast.store_b, "store_payout_run", number=1)).status_code == 404
    assert omar.get(url(cast.store_b, "store_statement", **statement_kwargs(cast))).status_code == 404
    assert omar.post(url(cast.store_b, "store_payout_step", number=1, step="sent")).status_code == 404


def test_experts_and_nobody_pass_no_door_of_the_store(cast: Cast, run: PayoutRun, erik: Client) -> None:
    for name, kwargs, method in [*SEE, *MONEY]:
        assert getattr(erik, method)(url(cast.store_a, name, **kwargs)).status_code == 404, name
        stranger = getattr(Client(), method)(url(cast.store_a, name, **kwargs))
        assert stranger.status_code == 302 and "/accounts/" in stranger["Location"], name


def test_members_are_no_experts_and_nobody_is_asked_to_sign_in(cast: Cast, maya: Client) -> None:
    now = {"year": cast.now.year, "month": cast.now.month}
    for name, kwargs in [
        ("console_earnings", {}),
        ("console_payout_method", {}),
        ("console_statement", now),
        ("console_statement_file", now),
    ]:
        assert maya.get(reverse(name, kwargs=kwargs)).status_code == 404, name
        assert Client().get(reverse(name, kwargs=kwargs)).status_code == 302, name


def test_a_run_from_preview_to_paid(cast: Cast, maya: Client) -> None:
    with store_scope(cast.store_a.id):
        cleared(cast, cast.erik, 2500)
        cleared(cast, cast.nora, 3000)
    page = maya.get(url(cast.store_a, "store_payouts")).content.decode()
    assert "Enter your bank details" in page and "No bank details yet" in page

    account = {"holder": "Kestrel & Pine", "iban": "FR14 2004 1010 0505 0001 3M02 606", "bic": ""}
    assert maya.post(url(cast.store_a, "store_payout_bank"), account).status_code == 302
    with store_scope(cast.store_a.id):
        give_accounts(cast)

    preview = maya.get(url(cast.store_a, "store_payout_new"))
    assert "Make the run: €55.00 to 2 experts" in preview.content.decode()
    expected = preview.context["plan"].fingerprint
    made = maya.post(url(cast.store_a, "store_payout_new"), {"expected": expected})
    assert made["Location"] == url(cast.store_a, "store_payout_run", number=1)
    twice = maya.post(url(cast.store_a, "store_payout_new"), {"expected": expected})
    assert twice.status_code == 409 and "Nobody is due any more" in twice.content.decode()

    file = maya.get(url(cast.store_a, "store_payout_file", number=1, key="sepa"))
    assert file["Content-Type"] == "application/xml"
    assert file["Content-Disposition"] == f'attachment; filename="{cast.store_a.slug}-payout-1.xml"'
    assert maya.get(url(cast.store_a, "store_payout_file", number=1, key="pdf")).status_code == 404

    def say(step: str, **data: str) -> str:
        answer = maya.post(url(cast.store_a, "store_payout_step", number=1, step=step), data, follow=True)
        return answer.content.decode()

    assert "2 payouts marked as sent." in say("sent")
    assert "nothing has changed" in say("sent")
    with store_scope(cast.store_a.id):
        nora = PayoutRun.objects.get().payouts.get(expert=cast.nora)
    assert "Say why" in say("failed", payout=str(nora.pk))
    assert "1 payout marked as failed." in say("failed", payout=str(nora.pk), reason="Account closed")
    assert "1 payout marked as paid." in say("paid")
    page = maya.get(url(cast.store_a, "store_payout_run", number=1)).content.decode()
    assert "Account closed" in page and "1 payout was not paid" in page
    assert maya.get(url(cast.store_a, "store_payout_file", number=1, key="csv")).status_code == 409


def test_a_step_with_nonsense_for_an_id_is_missing(cast: Cast, run: PayoutRun, maya: Client) -> None:
    step = url(cast.store_a, "store_payout_step", number=1, step="paid")
    assert maya.post(step, {"payout": "1; DROP TABLE"}).status_code == 404
    assert maya.post(step, {"payout": str(uuid.uuid4())}).status_code == 404
    assert maya.get(step).status_code == 405


def test_full_account_numbers_stand_on_no_page(cast: Cast, run: PayoutRun, maya: Client, erik: Client) -> None:
    pages = [
        maya.get(url(cast.store_a, "store_payouts")),
        maya.get(url(cast.store_a, "store_payout_run", number=1)),
        maya.get(url(cast.store_a, "store_payout_bank")),
        erik.get(reverse("console_earnings")),
        erik.get(reverse("console_payout_method")),
    ]
    for page in pages:
        assert page.status_code == 200
        assert ERIKS_IBAN not in page.content.decode() and STORES_IBAN not in page.content.decode()
    assert "DE89 … 3000" in pages[1].content.decode()


def test_an_expert_enters_an_account(cast: Cast, erik: Client) -> None:
    address = reverse("console_payout_method")
    wrong = erik.post(address, {"holder": "", "iban": "DE89370400440532013001", "bic": "?"})
    page = wrong.content.decode()
    assert wrong.status_code == 200 and "check digits do not fit" in page and "8 or 11 letters" in page
    with store_scope(cast.store_a.id):
        assert not PayoutMethod.objects.exists()

    saved = erik.post(address, {"holder": "Erik", "iban": "DE89 3704 0044 0532 0130 00", "bic": ""}, follow=True)
    assert "DE89 … 3000" in saved.content.decode()
    with store_scope(cast.store_a.id):
        assert [method.expert_id for method in PayoutMethod.objects.all()] == [cast.erik.pk]


def test_earnings_say_when_and_how_much_and_nothing_of_the_customer(cast: Cast, erik: Client, nora: Client) -> None:
    Store.objects.filter(pk=cast.store_a.pk).update(timezone="Pacific/Auckland")
    with store_scope(cast.store_a.id):
        cleared(cast, cast.erik, 760)
        late = cast.now.replace(hour=23, minute=30)
        order = earn(cast.erik, cast.terms, 4900, placed_at=late, now=cast.now)
        Order.objects.filter(pk=order.pk).update(email="canary@shopper.example", number="#CANARY-7")
    page = erik.get(reverse("console_earnings")).content.decode()

    # 17 days later, and a day further by Auckland's clock.
    clears = late + dt.timedelta(days=18)
    assert f"Clears on {clears.day} {clears:%B}" in page
    assert "€12.40 more until the minimum of €20.00." in page
    assert "10\N{NO-BREAK SPACE}% of €490.00" in page and "1 product" in page
    assert reverse("console_order", kwargs={"order_id": order.pk}) in page
    assert "canary" not in page.lower()
    assert "Nothing earned yet" in nora.get(reverse("console_earnings")).content.decode()


def test_a_failed_payout_tells_the_expert_why(cast: Cast, run: PayoutRun, erik: Client) -> None:
    with store_scope(cast.store_a.id):
        take_step(run=run, step="withdrawn", user=cast.maya, now=cast.now, reason="Wrong month chosen")
    page = erik.get(reverse("console_earnings")).content.decode()
    assert "Wrong month chosen. The money is back on your account here." in page


def test_the_statement_is_one_for_expert_and_owner(cast: Cast, run: PayoutRun, erik: Client, maya: Client) -> None:
    now = {"year": cast.now.year, "month": cast.now.month}
    hers = erik.get(reverse("console_statement", kwargs=now))
    same = maya.get(url(cast.store_a, "store_statement", **statement_kwargs(cast)))
    assert hers.context["statement"].lines == same.context["statement"].lines != []
    files = [
        erik.get(reverse("console_statement_file", kwargs=now)),
        maya.get(url(cast.store_a, "store_statement_file", **statement_kwargs(cast))),
    ]
    assert files[0].content == files[1].content
    assert "Payout 1 to the bank account" in files[0].content.decode()
    for month in (13, 0):
        assert erik.get(reverse("console_statement", kwargs={"year": 2026, "month": month})).status_code == 404


def test_an_expert_reads_only_her_own(cast: Cast, run: PayoutRun, nora: Client) -> None:
    now = {"year": cast.now.year, "month": cast.now.month}
    statement = nora.get(reverse("console_statement", kwargs=now))
    assert [line.amount_minor for line in statement.context["statement"].lines] == []
    assert "Erik" not in statement.content.decode()
    assert nora.get(url(cast.store_a, "store_statement", **statement_kwargs(cast))).status_code == 404


def test_pages_ask_the_database_no_more_for_more_experts(cast: Cast, maya: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert maya.get(url(cast.store_a, "store_payouts")).status_code == 200
        return len(captured)

    with store_scope(cast.store_a.id):
        give_accounts(cast)
        cleared(cast, cast.erik, 2500)
        run_now(cast)
        cleared(cast, cast.erik, 2500)
    few = queries()
    with store_scope(cast.store_a.id):
        for number in range(5):
            cleared(cast, make_expert(cast.store_a, cast.terms, f"Expert {number}", cast.now), 2100)
    assert queries() == few


def test_long_lists_are_paged(cast: Cast, erik: Client) -> None:
    with store_scope(cast.store_a.id):
        for _ in range(21):
            cleared(cast, cast.erik, 100)
    first, second = (erik.get(reverse("console_earnings"), {"page": page}) for page in ("1", "2"))
    assert (len(first.context["lines"]), len(second.context["lines"])) == (20, 1)
