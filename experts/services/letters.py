"""Letters to people who are not yet experts."""

from email.utils import formataddr, parseaddr
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from experts.models import Invitation
from experts.services.owned import bought_and_kept
from experts.services.wording import earnings_sentence
from stores.models import Store

MOST_NAMED = 2


def invitation_letter(*, invitation: Invitation, token: str) -> EmailMessage:
    """The e-mail that invites, with the link that accepts. Caller is in the store's scope."""
    store = invitation.store
    address = reverse("invitation", kwargs={"public_key": store.public_key, "token": token})
    context = {
        "store": store,
        "first_name": first_name(invitation),
        "products": products_named(invitation),
        "earnings": earnings_sentence(invitation.terms),
        "until": invitation.expires_at,
        "link": f"{settings.SITE_URL}{address}",
    }
    with timezone.override(ZoneInfo(store.timezone)):
        return EmailMessage(
            subject=render_to_string("email/invitation_subject.txt", context).strip(),
            body=render_to_string("email/invitation.txt", context),
            from_email=sender(store),
            to=[invitation.email],
        )


def sender(store: Store) -> str:
    """Our own address under the store's name, so that she sees at once who writes."""
    return formataddr((store.name, parseaddr(settings.DEFAULT_FROM_EMAIL)[1]))


def first_name(invitation: Invitation) -> str:
    """What to call her: the first word of the name that the store knows; empty where it knows none."""
    name = invitation.customer.name if invitation.customer else ""
    return name.split()[0] if name.strip() else ""


def products_named(invitation: Invitation) -> list[str]:
    """Some things that she owns, by name, bought last first."""
    if not invitation.customer_id:
        return []
    owned = bought_and_kept(store=invitation.store, customer_id=invitation.customer_id)
    return [product.title for product in owned[:MOST_NAMED]]
