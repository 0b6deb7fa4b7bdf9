"""Bank accounts as people type them: put into order, or refused with what to look for."""

import re

from stdnum import bic as stdnum_bic
from stdnum import iban as stdnum_iban
from stdnum.exceptions import InvalidChecksum, ValidationError

from stores.errors import BadInput

HOLDER_LENGTH = 70


def clean_holder(text: str) -> str:
    """The account holder's name with single spaces; raises BadInput."""
    holder = " ".join(text.split())
    if not any(character.isalpha() for character in holder):
        raise BadInput("Write the name that the account is held in, as the bank knows it.")
    if len(holder) > HOLDER_LENGTH:
        raise BadInput(f"Banks take names of up to {HOLDER_LENGTH} characters; this one has {len(holder)}.")
    return holder


def clean_iban(text: str) -> str:
    """The IBAN without spaces, in capitals, checked by its check digits and its country's rules.

    Raises BadInput.
    """
    iban = stdnum_iban.compact(text)
    if not re.match(r"[A-Z]{2}[0-9]{2}", iban):
        raise BadInput("An IBAN begins with two letters and two digits, such as DE89. It stands on bank statements.")
    if not (iban.isascii() and iban.isalnum()):
        raise BadInput("An IBAN has letters from A to Z and digits, and nothing else.")
    try:
        return stdnum_iban.validate(iban)
    except InvalidChecksum:
        message = "The check digits do not fit: a character is mistyped, missing, or exchanged with its neighbour."
        raise BadInput(message) from None
    except ValidationError:
        raise BadInput(f"This is no valid IBAN from {iban[:2]}. Compare it with your bank statement.") from None


def clean_bic(text: str) -> str:
    """The BIC in capitals, or nothing: within Europe the IBAN is enough. Raises BadInput."""
    if not text.strip():
        return ""
    try:
        return stdnum_bic.validate(text)
    except ValidationError:
        raise BadInput("A BIC has 8 or 11 letters and digits, such as COBADEFFXXX. You may leave it empty.") from None
