"""The run as a SEPA credit transfer, ISO 20022 pain.001.001.09, by sepaxml and checked against its schema."""

import re
from collections.abc import Sequence
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

from sepaxml import SepaTransfer
from sepaxml.validation import try_valid_xml

from payouts.models import Payout, PayoutRun
from payouts.rails.bank_file.references import end_to_end_id, message_id, purpose

SCHEMA = "pain.001.001.09"
NAMESPACE = {"p": f"urn:iso:std:iso:20022:tech:xsd:{SCHEMA}"}
# The letters that banks agreed on (EPC 217-08); sepaxml has turned accents into plain letters before.
NOT_SEPA = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]+")
PROLOGUE = b'<?xml version="1.0" encoding="UTF-8"?>\n'


def refusal(run: PayoutRun) -> str:
    """SEPA carries euros only."""
    if run.currency == "EUR":
        return ""
    return f"SEPA files carry euros only, and this run is in {run.currency}. Give your bank the CSV file instead."


def render(run: PayoutRun, payouts: Sequence[Payout]) -> bytes:
    """The file, valid by the schema and the same bytes every time.

    sepaxml puts the present time and chance into three places, which take the run's own id and time here.
    """
    transfer = SepaTransfer(
        {
            "name": run.holder,
            "IBAN": run.iban,
            **({"BIC": run.bic} if run.bic else {}),
            "batch": True,
            "currency": run.currency,
        },
        schema=SCHEMA,
    )
    day = run.created_at.astimezone(ZoneInfo(run.store.timezone)).date()
    for payout in payouts:
        transfer.add_payment(
            {
                "name": payout.holder,
                "IBAN": payout.iban,
                **({"BIC": payout.bic} if payout.bic else {}),
                "amount": payout.amount_minor,
                "execution_date": day,
                "description": purpose(run),
                "endtoend_id": end_to_end_id(payout),
            }
        )
    document = ElementTree.fromstring(transfer.export(validate=False))
    put(document, ".//p:GrpHdr/p:MsgId", message_id(run))
    put(document, ".//p:GrpHdr/p:CreDtTm", run.created_at.strftime("%Y-%m-%dT%H:%M:%S"))
    put(document, ".//p:PmtInf/p:PmtInfId", message_id(run))
    for path in (".//p:Nm", ".//p:Ustrd"):
        for element in document.iterfind(path, NAMESPACE):
            element.text = " ".join(NOT_SEPA.sub(" ", element.text or "").split())
    name_unknown_bank(document)
    text = PROLOGUE + ElementTree.tostring(document, "utf-8", xml_declaration=False)
    try_valid_xml(text, SCHEMA)
    return text


def put(document: ElementTree.Element, path: str, text: str) -> None:
    """Write the text into each element at the path."""
    for element in document.iterfind(path, NAMESPACE):
        element.text = text


def name_unknown_bank(document: ElementTree.Element) -> None:
    """Say NOTPROVIDED where the payer's BIC would stand, as the SEPA rulebook asks for when there is none."""
    for bank in document.iterfind(".//p:DbtrAgt/p:FinInstnId", NAMESPACE):
        if not len(bank):
            other = ElementTree.SubElement(bank, f"{{{NAMESPACE['p']}}}Othr")
            ElementTree.SubElement(other, f"{{{NAMESPACE['p']}}}Id").text = "NOTPROVIDED"
