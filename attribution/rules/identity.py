"""Whether two e-mail addresses are one person's, without keeping the addresses."""

import hashlib
import hmac

# Providers that ignore dots, and their second names.
DOTLESS = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}


def normalised(email: str) -> str:
    """The address that a person's spellings share: lower case, no +tag, no dots where the provider ignores them."""
    name, _, domain = email.strip().lower().rpartition("@")
    name = name.partition("+")[0]
    if domain in DOTLESS:
        name, domain = name.replace(".", ""), DOTLESS[domain]
    return f"{name}@{domain}" if name else ""


def digest(email: str, *, key: bytes) -> str:
    """What stands for an address in stored inputs: equal for equal people, and of no use to anybody else."""
    return hmac.digest(key, normalised(email).encode(), hashlib.sha256).hex()[:32]
