"""The demo's letter box: mail is written as files into the data folder and read at /demo/mailbox/."""

import os
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage as ParsedMessage
from pathlib import Path

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage

MOST_KEPT = 500


class EmailBackend(BaseEmailBackend):
    """Django's mail backend of the demo: each message one .eml file, the newest MOST_KEPT are kept."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            write(message.message().as_bytes())
        prune()
        return len(email_messages)


@dataclass(frozen=True)
class Letter:
    """A received message as the page shows it."""

    key: str
    subject: str
    sender: str
    recipients: str
    received_at: datetime
    text: str


def folder() -> Path:
    """Where the letters lie; made on first use."""
    path = Path(settings.VAR) / "mail"
    path.mkdir(parents=True, exist_ok=True)
    return path


def write(raw: bytes) -> str:
    """Store a message under a name that sorts by time; a reader sees all of it or nothing."""
    key = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
    unfinished = folder() / f".{key}"
    unfinished.write_bytes(raw)
    os.replace(unfinished, folder() / f"{key}.eml")
    return key


def prune() -> None:
    """Remove the oldest letters beyond MOST_KEPT; another process may have removed them already."""
    for key in keys()[MOST_KEPT:]:
        (folder() / f"{key}.eml").unlink(missing_ok=True)


def keys() -> list[str]:
    """The names of all letters, newest first."""
    return sorted((path.stem for path in folder().glob("*.eml")), reverse=True)


def raw(key: str) -> bytes:
    """The message as it was sent; raises FileNotFoundError."""
    return (folder() / f"{key}.eml").read_bytes()


def letter(key: str) -> Letter:
    """A message, parsed; raises FileNotFoundError."""
    message = message_from_bytes(raw(key), policy=policy.default)
    return Letter(
        key=key,
        subject=str(message["subject"] or "(no subject)"),
        sender=str(message["from"] or ""),
        recipients=str(message["to"] or ""),
        received_at=datetime.fromtimestamp(int(key[:20]) / 1e9, tz=UTC),
        text=text_of(message),
    )


def text_of(message: ParsedMessage) -> str:
    """The plain text of a message, or nothing where it has none."""
    part = message.get_body(preferencelist=("plain",))
    return part.get_content() if part else ""
