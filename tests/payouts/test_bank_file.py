"""The bank file: valid by the schema, the same bytes every time, harmless in a spreadsheet."""

import csv
import io
from xml.etree import ElementTree

import pytest
from sepaxml.validation import ValidationError, try_valid_xml

from payouts.models import PayoutRun
from payouts.rails.bank_file.account import clean_bic, clean_holder, clean_iban
from payouts.services.files import BankFile, make_file, offers_for
from payouts.services.methods import bank_details_of, method_of, set_bank_details, set_payout_method
from payouts.services.payouts import take_step
from stores.errors import BadInput, Conflict, NotFound
from stores.models import AuditEvent, Store
from stores.scope import store_scope
from tests.cast import Cast
from tests.payouts.test_runs import ERIKS_IBAN, NORAS_IBAN, STORES_IBAN, cleared, give_accounts, run_now

SPACE = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}


def file_of(cast: Cast, run: PayoutRun, key: str) -> BankFile:
    return make_file(run=run, key=key, user=cast.maya, now=cast.now)


def two_payouts(cast: Cast) -> PayoutRun:
    """A run of 25.00 to Erik and 1,234.56 to Nora; call it in the store's scope."""
    give_accounts(cast)
    cleared(cast, cast.erik, 2500)
    cleared(cast, cast.nora, 123456)
    return run_now(cast)


def texts(document: ElementTree.Element, path: str) -> list[str | None]:
    return [element.text for element in document.iterfind(f".//p:{path.replace('/', '/p:')}", SPACE)]


def test_the_sepa_file_says_who_gets_what_from_whom(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        run = two_payouts(cast)
        ids = {payout.amount_minor: payout.pk.hex for payout in run.payouts.all()}
        file = file_of(cast, run, "sepa")
        document = ElementTree.fromstring(file.content)

        assert file.name == f"{cast.store_a.slug}-payout-1.xml"
        assert texts(document, "GrpHdr/MsgId") == texts(document, "PmtInf/PmtInfId") == [run.pk.hex]
        assert texts(document, "GrpHdr/CreDtTm") == [cast.now.strftime("%Y-%m-%dT%H:%M:%S")]
        assert texts(document, "GrpHdr/NbOfTxs") == ["2"]
        assert texts(document, "GrpHdr/CtrlSum") == texts(document, "PmtInf/CtrlSum") == ["1259.56"]
        assert texts(document, "DbtrAcct/Id/IBAN") == [STORES_IBAN]
        assert texts(document, "DbtrAgt/FinInstnId/Othr/Id") == ["NOTPROVIDED"]
        # Letters that banks do not take are put into those they do.
        assert texts(document, "Dbtr/Nm") == ["Kestrel Pine GmbH"]
        payments = sorted(
            zip(
                texts(document, "CdtTrfTxInf/Amt/InstdAmt"),
                texts(document, "Cdtr/Nm"),
                texts(document, "CdtrAcct/Id/IBAN"),
                texts(document, "PmtId/EndToEndId"),
                strict=True,
            ),
            key=str,
        )
        assert payments == [
            ("1234.56", "Nora Ek", NORAS_IBAN, ids[123456]),
            ("25.00", "Erik Moller", ERIKS_IBAN, ids[2500]),
        ]
        assert {e.get("Ccy") for e in document.iterfind(".//p:InstdAmt", SPACE)} == {"EUR"}


def test_the_sepa_file_is_valid_and_the_check_can_tell(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        content = file_of(cast, two_payouts(cast), "sepa").content
    try_valid_xml(content, "pain.001.001.09")
    with pytest.raises(ValidationError):
        try_valid_xml(content.replace(b"<NbOfTxs>2</NbOfTxs>", b"<NbOfTxs>two</NbOfTxs>"), "pain.001.001.09")


@pytest.mark.parametrize("key", ["sepa", "csv"])
def test_the_same_file_twice_is_the_same_bytes(cast: Cast, key: str) -> None:
    with store_scope(cast.store_a.id):
        run = two_payouts(cast)
        first = file_of(cast, run, key).content
    with store_scope(cast.store_a.id):
        again = PayoutRun.objects.select_related("store").get(pk=run.pk)
        take_step(run=again, step="sent", user=cast.maya, now=cast.now)
        assert file_of(cast, again, key).content == first
        assert AuditEvent.objects.filter(verb="payout_run.file_taken", data={"file": key}).count() == 2


def test_the_csv_file_holds_the_same_and_computes_nothing(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        give_accounts(cast)
        set_payout_method(
            expert=cast.erik, user=cast.erik_user, holder='=HYPERLINK("x")', iban=ERIKS_IBAN, bic="", now=cast.now
        )
        cleared(cast, cast.erik, 2500)
        run = run_now(cast)
        payout = run.payouts.get()
        rows = list(csv.reader(io.StringIO(file_of(cast, run, "csv").content.decode())))

    assert rows == [
        ["Payee", "IBAN", "BIC", "Amount", "Currency", "Purpose", "Reference"],
        ['\'=HYPERLINK("x")', ERIKS_IBAN, "", "25.00", "EUR", f"{cast.store_a.name} payout 1", payout.pk.hex],
    ]


def test_a_store_that_does_not_keep_euros_gets_the_csv_file(cast: Cast) -> None:
    Store.objects.filter(pk=cast.store_a.pk).update(currency="JPY")
    cast.store_a.refresh_from_db()
    cast.erik.store.refresh_from_db()
    with store_scope(cast.store_a.id):
        give_accounts(cast)
        cleared(cast, cast.erik, 6850)
        run = run_now(cast)
        with pytest.raises(Conflict, match="SEPA files carry euros only, and this run is in JPY"):
            file_of(cast, run, "sepa")
        (row,) = list(csv.DictReader(io.StringIO(file_of(cast, run, "csv").content.decode())))
        assert (row["Amount"], row["Currency"]) == ("6850", "JPY")
        assert [(offer.key, bool(offer.refusal)) for offer in offers_for(run)] == [("sepa", True), ("csv", False)]


def test_once_money_went_back_the_file_is_not_given_out_any_more(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        run = two_payouts(cast)
        assert len(offers_for(run)) == 2
        take_step(run=run, step="withdrawn", user=cast.maya, now=cast.now, reason="Wrong month")
        assert offers_for(run) == []
        with pytest.raises(Conflict, match="Do not send its file"):
            file_of(cast, run, "csv")


def test_an_unknown_kind_of_file_is_missing(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        run = two_payouts(cast)
        with pytest.raises(NotFound):
            file_of(cast, run, "pdf")


@pytest.mark.parametrize(
    ("text", "iban"),
    [
        ("de89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        (" GB29-NWBK-6016-1331-9268-19 ", "GB29NWBK60161331926819"),
        ("NO9386011117947", "NO9386011117947"),
    ],
)
def test_an_iban_is_taken_as_people_write_it(text: str, iban: str) -> None:
    assert clean_iban(text) == iban


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("DE89370400440532013001", "check digits do not fit"),
        ("DE98370400440532013000", "check digits do not fit"),
        ("DE8937040044053201300", "check digits do not fit"),
        ("DE863704004405320130", "no valid IBAN from DE"),
        ("370400440532013000", "begins with two letters"),
        ("", "begins with two letters"),
        ("XX46370400440532013000", "no valid IBAN from XX"),
        ("DE89<script>", "letters from A to Z and digits"),
        ("DE8937040044053201300٠", "letters from A to Z and digits"),
    ],
)
def test_an_iban_that_is_none_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        clean_iban(text)


def test_names_and_bics() -> None:
    assert clean_holder("  Erik   Møller ") == "Erik Møller"
    for text in ("", "  ", "12 34", "x" * 71):
        with pytest.raises(BadInput):
            clean_holder(text)
    assert (clean_bic(""), clean_bic("cobadeffxxx")) == ("", "COBADEFFXXX")
    with pytest.raises(BadInput, match="8 or 11"):
        clean_bic("COBA")


def test_a_change_of_account_is_a_new_row_and_the_audit_shows_its_ends_only(cast: Cast) -> None:
    def save(iban: str) -> None:
        set_payout_method(expert=cast.erik, user=cast.erik_user, holder="Erik", iban=iban, bic="", now=cast.now)

    with store_scope(cast.store_a.id):
        assert method_of(cast.erik) is None
        save(ERIKS_IBAN)
        save(ERIKS_IBAN)
        save(NORAS_IBAN)

        assert cast.erik.payout_methods.count() == 2
        current = method_of(cast.erik)
        assert current and current.masked_iban() == "NL91 … 4300"
        first, second = AuditEvent.objects.filter(verb="payout_method.changed").order_by("id")
        assert (first.user, first.data) == (cast.erik_user, {"before": "", "after": "DE89 … 3000"})
        assert second.data == {"before": "DE89 … 3000", "after": "NL91 … 4300"}


def test_the_stores_account_likewise(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        assert bank_details_of(cast.store_a) is None
        for _ in range(2):
            set_bank_details(store=cast.store_a, user=cast.maya, holder="K & P", iban=STORES_IBAN, bic="", now=cast.now)
        current = bank_details_of(cast.store_a)
        assert current and (current.holder, current.iban) == ("K & P", STORES_IBAN)
        assert AuditEvent.objects.filter(verb="bank_details.changed").count() == 1
