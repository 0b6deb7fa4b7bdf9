"""Accepting an invitation: an expert is made, once, of the person whose mailbox the link went to."""

import datetime as dt
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser

from experts.models import Expert, ExpertState, Invitation, InvitationState, Terms, TermsAcceptance
from experts.services.experts import Profile, check_profile
from experts.services.terms import terms_in_force
from experts.services.wording import terms_digest, terms_text
from stores.errors import BadInput, Conflict, Expired, NotAllowed, NotFound
from stores.models import Store, User
from stores.services.audit import record_audit
from stores.services.tenants import find_or_create_user, hash_secret


@dataclass(frozen=True)
class Consent:
    """What she ticked, and the digest of the terms that stood above it."""

    is_adult: bool
    accepts_terms: bool
    discloses_commission: bool
    terms_digest: str

    @property
    def is_complete(self) -> bool:
        return self.is_adult and self.accepts_terms and self.discloses_commission


def find_invitation(*, store: Store, token: str) -> Invitation:
    """The invitation that a link belongs to, open or not. Raises NotFound for an unknown or withdrawn one."""
    ours = store.invitations.select_related("store", "terms", "customer")
    found = ours.filter(token_hash=hash_secret(token)).exclude(state=InvitationState.REVOKED).first()
    if not found:
        raise NotFound()
    return found


def is_addressed_to(*, invitation: Invitation, user: User) -> bool:
    """Whether the letter went to an address of this person."""
    return user.email.lower() == invitation.email or _proved_by(invitation.email) == user


def accept(
    *, store: Store, token: str, visitor: User | AnonymousUser, profile: Profile, consent: Consent, now: dt.datetime
) -> Expert:
    """Make an expert of the person whom the letter went to; of many tries at once, one succeeds.

    `visitor` is whoever holds the browser. Raises NotFound, Expired for a link that was used or ran out, BadInput,
    NotAllowed for somebody else's link or a closed account, Conflict where the terms are no longer those shown or
    she is an expert already. All refusals but the race's come before the first write.
    """
    invitation = find_invitation(store=store, token=token)
    if not invitation.is_open(now):
        raise Expired()
    terms = terms_in_force(store=store, at=now)
    _check(invitation, visitor, profile, consent, terms)
    if not take(invitation=invitation, now=now):
        raise Expired()
    user = person_of(invitation)
    expert = engage(invitation=invitation, user=user, profile=profile, now=now)
    TermsAcceptance.objects.get_or_create(
        store=store,
        expert=expert,
        terms=terms,
        defaults={
            "text": terms_text(terms),
            "is_adult": consent.is_adult,
            "discloses_commission": consent.discloses_commission,
            "accepted_at": now,
        },
    )
    data = {"expert": str(expert.pk), "terms_version": terms.version}
    record_audit(store=store, user=user, verb="invitation.accepted", about=invitation, at=now, data=data)
    return expert


def take(*, invitation: Invitation, now: dt.datetime) -> bool:
    """Use the invitation up; of many at once, one is told True."""
    # Not by a read before: between reading "pending" and writing "accepted" another click fits.
    still_open = Invitation.objects.filter(
        pk=invitation.pk, token_hash=invitation.token_hash, state=InvitationState.PENDING, expires_at__gt=now
    )
    return still_open.update(state=InvitationState.ACCEPTED, ended_at=now) == 1


def person_of(invitation: Invitation) -> User:
    """The user with the invitation's address, made if she is new. By the link she has proved that it is hers."""
    email = invitation.email
    name = invitation.customer.name[:80] if invitation.customer else ""
    user = _proved_by(email) or find_or_create_user(email=email, name=name)
    has_primary = EmailAddress.objects.filter(user=user, primary=True).exclude(email__iexact=email).exists()
    changed = EmailAddress.objects.filter(user=user, email__iexact=email).update(verified=True)
    if not changed:
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=not has_primary)
    return user


def engage(*, invitation: Invitation, user: User, profile: Profile, now: dt.datetime) -> Expert:
    """Her row as an expert of the store: a new one, or her old one if she had left."""
    values = {
        "customer": invitation.customer,
        "display_name": profile.display_name.strip(),
        "face": profile.face,
        "about": profile.about.strip(),
        "languages": list(profile.languages),
        "state": ExpertState.ACTIVE,
        "engaged_at": now,
    }
    returning = Expert.objects.filter(user=user, state=ExpertState.LEFT)
    if returning.update(**values):
        return Expert.objects.select_related("store", "user").get(user=user)
    return Expert.objects.create(store=invitation.store, user=user, **values)


def _check(
    invitation: Invitation, visitor: User | AnonymousUser, profile: Profile, consent: Consent, terms: Terms
) -> None:
    if visitor.is_authenticated and not is_addressed_to(invitation=invitation, user=visitor):
        raise NotAllowed("This invitation is for somebody else. Sign out, and open the link again.")
    check_profile(profile)
    if not consent.is_complete:
        raise BadInput("To begin, say yes to all three.")
    if consent.terms_digest != terms_digest(terms):
        raise Conflict("The terms have changed while you were reading. Please read them again.")
    if not (user := _proved_by(invitation.email) or User.objects.filter(email__iexact=invitation.email).first()):
        return
    if not user.is_active:
        raise NotAllowed("The account with this address is closed.")
    if invitation.store.experts.filter(user=user).exclude(state=ExpertState.LEFT).exists():
        raise Conflict(f"You are an expert of {invitation.store} already.")


def _proved_by(email: str) -> User | None:
    """The person who has shown before that the address is hers, under whatever address she signs in."""
    address = EmailAddress.objects.filter(email__iexact=email, verified=True).select_related("user").first()
    return address.user if address else None
