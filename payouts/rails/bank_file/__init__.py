"""Bank transfer by file: the owner uploads it to her bank and says when it is done."""

from collections.abc import Mapping

from payouts.rails.bank_file import listing, sepa
from payouts.rails.interface import RailFile

FILES: Mapping[str, RailFile] = {
    "sepa": RailFile("SEPA file", "xml", "application/xml", sepa.refusal, sepa.render),
    "csv": RailFile("CSV file", "csv", "text/csv; charset=utf-8", listing.refusal, listing.render),
}
