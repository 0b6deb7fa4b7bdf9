"""From a candidate to an expert: the letter, the page behind its link, and everything that can be wrong with a link."""

import datetime as dt
import logging
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser
from django.core import mail
from django.db import IntegrityError, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.logs import HideSecrets
from experts.models import Candidate, Expert, ExpertState, Invitation, InvitationState, TermsAcceptance
from experts.services import acceptance, invitations
from experts.services.acceptance import Consent
from experts.services.experts import Profile
from experts.services.terms import publish_terms
from experts.services.wording import terms_digest, terms_text
from experts.tasks import send_invitation, sweep_invitations
from stores.errors import Conflict, Expired, Refusal
from stores.models import AuditEvent, Customer, User
from stores.scope import store_scope
from stores.services.tenants import hash_secret
from tests.cast import Cast, address
from tests.experts.people import make_order, make_product

ANSWERS = {
    "display_name": "Lena",
    "face": "copper",
    "about": "Three winters on\r\nthe same saddle.",
    "languages": ["de", "en"],
    "is_adult": "on",
    "accepts_terms": "on",
    "discloses_commission": "on",
}
LENA = Profile("Lena", "copper", "", ("de",))


def make_candidate(cast: Cast, name: str = "Lena Holm", email: str | None = None) -> Candidate:
    with store_scope(cast.store_a.id):
        mailbox = address("lena") if email is None else email
        customer = Customer.objects.create(store=cast.store_a, external_id=address("c"), email=mailbox, name=name)
        return Candidate.objects.create(
            store=cast.store_a, customer=customer, score=1, position=1, ranking_version="1", ranked_at=cast.now
        )


def candidate_of(expert: Expert) -> Candidate:
    """An expert among the candidates, as before her engagement; call it in the store's scope."""
    assert expert.customer
    return Candidate.objects.create(
        store=expert.store,
        customer=expert.customer,
        score=1,
        position=2,
        ranking_version="1",
        ranked_at=expert.engaged_at,
    )


def invite(cast: Cast, candidate: Candidate, browser: Client | None = None) -> list[str]:
    """The flashes that the owner reads."""
    url = reverse("store_candidate_invite", args=[cast.store_a.slug, candidate.pk])
    response = (browser or cast.client_of(cast.maya)).post(url)
    assert response.headers["Location"] == reverse("store_candidates", args=[cast.store_a.slug])
    return flashes(response)


def flashes(response: object) -> list[str]:
    return [str(message) for message in response.wsgi_request._messages]  # type: ignore[attr-defined]


def link_in(letter: mail.EmailMessage) -> str:
    found = re.search(r"http://127\.0\.0\.1:\d+(/invitation/\S+/)", str(letter.body))
    assert found, letter.body
    return found[1]


def invited(cast: Cast) -> tuple[Candidate, str]:
    candidate = make_candidate(cast)
    invite(cast, candidate)
    return candidate, link_in(mail.outbox[-1])


def invitation_of(cast: Cast, candidate: Candidate) -> Invitation:
    with store_scope(cast.store_a.id):
        return Invitation.objects.select_related("store", "customer").filter(customer=candidate.customer).latest("pk")


def change(cast: Cast, candidate: Candidate, **values: object) -> None:
    with store_scope(cast.store_a.id):
        Invitation.objects.filter(customer=candidate.customer).update(**values)


def answers(browser: Client, link: str, **changed: object) -> dict[str, object]:
    """What the page's form sends, with the terms that it shows."""
    page = browser.get(link).content.decode()
    shown = re.search(r'name="terms" value="(\w+)"', page)
    return ANSWERS | {"terms": shown[1] if shown else ""} | changed


def experts_named(cast: Cast, name: str = "Lena") -> list[Expert]:
    with store_scope(cast.store_a.id):
        return list(Expert.objects.filter(display_name=name).select_related("user"))


def verbs(cast: Cast, kind: str = "invitation") -> list[str]:
    with store_scope(cast.store_a.id):
        return list(AuditEvent.objects.filter(object_kind=kind).order_by("pk").values_list("verb", flat=True))


# The letter


def test_the_letter_says_who_why_what_and_until_when(cast: Cast) -> None:
    store = cast.store_a
    candidate = make_candidate(cast)
    with store_scope(store.id):
        type(store).objects.filter(pk=store.pk).update(timezone="Europe/Berlin")
        products = [make_product(store, "Trail tent & fly"), make_product(store, "Moka pot")]
        make_order(candidate.customer, products, at=cast.now - dt.timedelta(days=30))

    said = invite(cast, candidate)

    letter = mail.outbox[-1]
    assert said == ["The invitation to Lena Holm is on its way. It holds for three days."]
    assert letter.to == [candidate.customer.email]
    assert letter.from_email == f'"{store.name}" <hello@peerside.example>' or store.name in letter.from_email
    assert letter.subject == f"{store.name} would like your advice, and pays for it"
    assert letter.body.startswith("Hello Lena,\n")
    assert "You own Trail tent & fly and Moka pot, and know from use" in letter.body
    assert (
        "You earn 10\N{NO-BREAK SPACE}% of the price of what you advised on, and 5\N{NO-BREAK SPACE}% of what else"
        in letter.body
    )
    assert "you may stop whenever you like" in letter.body
    assert "simply ignore this letter" in letter.body
    until = re.search(r"holds until (\w+ \d+ \w+ \d{4}, \d\d:\d\d) (CET|CEST)\.", str(letter.body))
    assert until
    assert invitation_of(cast, candidate).expires_at - invitation_of(cast, candidate).created_at == dt.timedelta(
        hours=72
    )
    assert verbs(cast) == ["invitation.made", "invitation.sent"]


def test_the_token_stands_in_the_letter_alone(cast: Cast) -> None:
    candidate, link = invited(cast)

    token = link.rstrip("/").rpartition("/")[2]
    row = invitation_of(cast, candidate)
    assert len(token) == 43
    assert row.sent_at is not None
    assert token not in (row.token_hash, row.email)
    assert row.token_hash == hash_secret(token)


@pytest.mark.parametrize("role", ["analyst", "omar", "erik_user", None])
def test_only_members_who_may_act_invite(cast: Cast, role: str | None) -> None:
    candidate = make_candidate(cast)
    url = reverse("store_candidate_invite", args=[cast.store_a.slug, candidate.pk])
    letters = len(mail.outbox)

    response = cast.client_of(getattr(cast, role) if role else None).post(url)

    assert response.status_code == {"analyst": 403, None: 302}.get(role, 404)
    assert len(mail.outbox) == letters
    assert verbs(cast) == []
    assert invite(cast, candidate, cast.client_of(cast.manager)) != []


def test_who_cannot_be_invited_is_said_kindly(cast: Cast) -> None:
    nameless = make_candidate(cast, email="")
    twice = make_candidate(cast)
    with store_scope(cast.store_a.id):
        erik = candidate_of(cast.erik)
    invite(cast, twice)
    letters = len(mail.outbox)

    assert invite(cast, nameless) == ["We know no e-mail address of Lena Holm: your import did not name one."]
    assert invite(cast, twice) == [
        "Lena Holm has been invited already. Under Experts you can send it again or withdraw it."
    ]
    assert invite(cast, erik) == ["Erik is one of your experts already."]
    assert len(mail.outbox) == letters


def letters_to(candidate: Candidate) -> list[Any]:
    """What was sent to one candidate: the sweep also finds what other tests left in their stores."""
    return [letter for letter in mail.outbox if letter.to == [candidate.customer.email]]


def test_a_letter_that_a_lost_task_did_not_send_is_sent_by_the_sweep_once(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate = make_candidate(cast)
    with monkeypatch.context() as lost:
        lost.setattr(send_invitation, "delay", lambda *ids: None)
        invite(cast, candidate)

    sweep_invitations()
    assert letters_to(candidate) == []
    asked = timezone.now() - dt.timedelta(seconds=31)
    change(cast, candidate, created_at=asked, expires_at=asked + invitations.VALID)
    sweep_invitations()
    sweep_invitations()
    send_invitation(str(cast.store_a.pk), str(invitation_of(cast, candidate).pk))

    [letter] = letters_to(candidate)
    assert Client().get(link_in(letter)).status_code == 200


def test_a_letter_that_cannot_be_sent_waits_for_the_sweep(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    candidate = make_candidate(cast)

    def refuses(self: mail.EmailMessage, fail_silently: bool = False) -> int:
        raise ConnectionRefusedError

    with monkeypatch.context() as down:
        down.setattr(mail.EmailMessage, "send", refuses)
        assert invite(cast, candidate)[0].startswith("The invitation to Lena Holm")

    assert invitation_of(cast, candidate).sent_at is None
    send_invitation(str(cast.store_a.pk), str(invitation_of(cast, candidate).pk))
    assert mail.outbox[-1].to == [candidate.customer.email]


# Again, and back


def test_sending_again_kills_the_old_link(cast: Cast) -> None:
    candidate, old = invited(cast)
    row = invitation_of(cast, candidate)
    url = reverse("store_invitation_again", args=[cast.store_a.slug, row.pk])
    letters = len(mail.outbox)

    hasty = cast.client_of(cast.maya).post(url)
    assert flashes(hasty) == ["It was sent a moment ago. Give it a minute to arrive."]
    assert len(mail.outbox) == letters
    long_ago = timezone.now() - dt.timedelta(hours=70)
    change(cast, candidate, sent_at=long_ago, created_at=long_ago, expires_at=long_ago + invitations.VALID)
    cast.client_of(cast.maya).post(url)

    assert len(mail.outbox) == letters + 1
    new = link_in(mail.outbox[-1])
    assert Client().get(old).status_code == 404
    assert Client().get(new).status_code == 200
    assert invitation_of(cast, candidate).pk == row.pk
    assert invitation_of(cast, candidate).expires_at > timezone.now() + dt.timedelta(hours=71)
    assert verbs(cast) == ["invitation.made", "invitation.sent", "invitation.renewed", "invitation.sent"]


def test_a_withdrawn_invitation_looks_like_none(cast: Cast) -> None:
    candidate, link = invited(cast)
    url = reverse("store_invitation_withdraw", args=[cast.store_a.slug, invitation_of(cast, candidate).pk])

    first = cast.client_of(cast.maya).post(url)
    second = cast.client_of(cast.maya).post(url)

    assert flashes(first) == ["The invitation is withdrawn. Its link leads nowhere now."]
    assert flashes(second) == ["This invitation has ended in the meantime."]
    page = Client().get(link)
    missing = Client().get(reverse("invitation", args=[cast.store_a.public_key, "no-such-token"]))
    assert (page.status_code, page.content) == (404, missing.content)
    assert verbs(cast) == ["invitation.made", "invitation.sent", "invitation.withdrawn"]
    assert invite(cast, candidate) == ["The invitation to Lena Holm is on its way. It holds for three days."]


@pytest.mark.parametrize("name", ["store_invitation_withdraw", "store_invitation_again"])
@pytest.mark.parametrize(("role", "status"), [("analyst", 403), ("omar", 404), ("erik_user", 404), (None, 302)])
def test_others_cannot_change_an_invitation(cast: Cast, name: str, role: str | None, status: int) -> None:
    candidate, link = invited(cast)
    url = reverse(name, args=[cast.store_a.slug, invitation_of(cast, candidate).pk])
    planted = reverse(name, args=[cast.store_b.slug, invitation_of(cast, candidate).pk])

    assert cast.client_of(getattr(cast, role) if role else None).post(url).status_code == status
    assert cast.client_of(cast.omar).post(planted).status_code == 404
    assert Client().get(link).status_code == 200


# The link


def test_the_page_is_open_to_whoever_has_the_link_and_leaks_it_nowhere(cast: Cast) -> None:
    _, link = invited(cast)

    response = Client().get(link)

    page = response.content.decode()
    assert response.status_code == 200
    assert response["Referrer-Policy"] == "strict-origin"
    assert response["Cache-Control"] == "no-store"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert cast.store_a.name.replace("&", "&amp;") in page
    assert "Before your first message, every shopper is told that you earn a commission" in page
    assert 'value="Lena"' in page
    assert link.rstrip("/").rpartition("/")[2] not in page


def test_accepting_makes_an_expert_and_signs_her_in(cast: Cast) -> None:
    candidate, link = invited(cast)
    browser = Client()

    response = browser.post(link, answers(browser, link))

    assert response.headers["Location"] == reverse("console_inbox")
    assert flashes(response) == [
        f"Welcome! You are an expert of {cast.store_a.name} now. Switch yourself on when you like."
    ]
    [expert] = experts_named(cast)
    assert browser.session["_auth_user_id"] == str(expert.user.pk)
    assert browser.get(reverse("console_profile")).status_code == 200
    assert (expert.face, expert.languages, expert.state) == ("copper", ["de", "en"], ExpertState.ACTIVE)
    assert expert.about == "Three winters on the same saddle."
    assert expert.is_available is False
    assert expert.customer_id == candidate.customer_id
    assert (expert.user.email, expert.user.name) == (candidate.customer.email, "Lena Holm")
    proved = EmailAddress.objects.get(user=expert.user)
    assert (proved.email, proved.verified, proved.primary) == (candidate.customer.email, True, True)
    with store_scope(cast.store_a.id):
        agreed = TermsAcceptance.objects.select_related("terms__store").get(expert=expert)
        assert agreed.text == terms_text(agreed.terms)
        assert (agreed.terms_id, agreed.is_adult, agreed.discloses_commission) == (cast.terms.pk, True, True)
    row = invitation_of(cast, candidate)
    assert (row.state, row.ended_at is not None) == (InvitationState.ACCEPTED, True)
    assert verbs(cast) == ["invitation.made", "invitation.sent", "invitation.accepted"]


def test_what_is_missing_is_said_beside_its_field_and_nothing_is_lost(cast: Cast) -> None:
    candidate, link = invited(cast)
    browser = Client()

    response = browser.post(
        link,
        {"display_name": "  ", "face": "nobody", "about": "Rides & repairs", "languages": ["xx"], "is_adult": "on"},
    )

    page = response.content.decode()
    assert response.status_code == 200
    for words in (
        "Shoppers need a name to talk to.",
        "nobody is not one of the available choices",
        "xx is not one of the available choices",
        "To begin, you need to accept the terms.",
        "Every shopper is told; please say that you know.",
    ):
        assert words in page
    assert "Experts have to be 18 or older." not in page
    assert "Rides &amp; repairs" in page
    assert experts_named(cast) == []
    assert invitation_of(cast, candidate).state == InvitationState.PENDING
    assert "_auth_user_id" not in browser.session
    assert browser.post(link, answers(browser, link, about="x" * 281)).status_code == 200
    assert experts_named(cast) == []
    assert browser.post(link, answers(browser, link)).status_code == 302


def test_terms_that_changed_while_she_read_are_read_again(cast: Cast) -> None:
    _, link = invited(cast)
    browser = Client()
    read_before = answers(browser, link)
    with store_scope(cast.store_a.id):
        publish_terms(store=cast.store_a, user=cast.maya, now=timezone.now(), rate_exact_bps=800)

    response = browser.post(link, read_before)

    page = response.content.decode()
    assert "The terms have changed while you were reading." in page
    assert "The terms have changed since your letter was written." in page
    assert "8\N{NO-BREAK SPACE}% of the price" in page
    assert experts_named(cast) == []
    assert browser.post(link, answers(browser, link)).status_code == 302
    with store_scope(cast.store_a.id):
        assert TermsAcceptance.objects.get(expert__display_name="Lena").terms.version == 2


def test_an_expired_link_says_so(cast: Cast) -> None:
    candidate, link = invited(cast)
    change(cast, candidate, expires_at=timezone.now() - dt.timedelta(seconds=1))

    for response in (Client().get(link), Client().post(link, ANSWERS)):
        assert response.status_code == 410
        assert "This invitation has run out" in response.content.decode()
        assert response["Cache-Control"] == "no-store"
    sweep_invitations()
    assert invitation_of(cast, candidate).state == InvitationState.EXPIRED
    assert Client().get(link).status_code == 410
    assert experts_named(cast) == []
    assert verbs(cast)[-1] == "invitation.expired"


def test_one_that_ran_out_can_be_sent_again(cast: Cast) -> None:
    candidate, old = invited(cast)
    change(cast, candidate, expires_at=timezone.now() - dt.timedelta(seconds=1))
    sweep_invitations()
    maya = cast.client_of(cast.maya)
    assert "Ran out" in maya.get(reverse("store_experts", args=[cast.store_a.slug])).content.decode()

    maya.post(reverse("store_invitation_again", args=[cast.store_a.slug, invitation_of(cast, candidate).pk]))

    assert Client().get(old).status_code == 410
    assert Client().get(link_in(mail.outbox[-1])).status_code == 200
    assert "Ran out" not in maya.get(reverse("store_experts", args=[cast.store_a.slug])).content.decode()


def test_an_overdue_one_that_no_sweep_has_ended_does_not_block_the_next(cast: Cast) -> None:
    candidate, _ = invited(cast)
    change(cast, candidate, expires_at=timezone.now() - dt.timedelta(seconds=1))

    assert invite(cast, candidate) == ["The invitation to Lena Holm is on its way. It holds for three days."]


def test_a_used_link_leads_to_the_sign_in(cast: Cast) -> None:
    _, link = invited(cast)
    browser = Client()
    browser.post(link, answers(browser, link))

    for response in (Client().get(link), browser.get(link), Client().post(link, ANSWERS)):
        assert response.status_code == 410
        page = response.content.decode()
        assert "This invitation was used already" in page
        assert f'href="{reverse("account_request_login_code")}"' in page
    assert len(experts_named(cast)) == 1


def test_a_link_under_another_stores_key_is_as_good_as_none(cast: Cast) -> None:
    _, link = invited(cast)
    token = link.rstrip("/").rpartition("/")[2]
    missing = Client().get(reverse("invitation", args=["pk_000000000000000000000000", "nothing"]))

    foreign = reverse("invitation", args=[cast.store_b.public_key, token])
    for response in (Client().get(foreign), Client().post(foreign, ANSWERS)):
        assert (response.status_code, response.content) == (404, missing.content)
    assert Client().get(link).status_code == 200


def test_somebody_else_who_is_signed_in_cannot_accept(cast: Cast) -> None:
    candidate, link = invited(cast)
    omar = cast.client_of(cast.omar)
    honest = answers(Client(), link)

    page = omar.get(link)
    refused = omar.post(link, honest)

    assert (page.status_code, refused.status_code) == (200, 403)
    for response in (page, refused):
        assert cast.omar.email in response.content.decode()
        assert candidate.customer.email not in response.content.decode()
        assert f'<input type="hidden" name="next" value="{link}">' in response.content.decode()
    assert experts_named(cast) == []
    assert omar.post(reverse("account_logout"), {"next": link}).headers["Location"] == link
    assert omar.post(link, honest).status_code == 302
    assert experts_named(cast)[0].user.email == candidate.customer.email


def test_a_person_whom_we_know_becomes_no_second_user(cast: Cast) -> None:
    candidate = make_candidate(cast, email=cast.omar.email.upper())
    invite(cast, candidate)
    link = link_in(mail.outbox[-1])
    omar = cast.client_of(cast.omar)

    response = omar.post(link, answers(omar, link))

    assert response.headers["Location"] == reverse("console_inbox")
    assert experts_named(cast)[0].user == cast.omar
    assert User.objects.filter(email__iexact=cast.omar.email).count() == 1


def test_an_address_proved_as_a_second_one_belongs_to_its_person(cast: Cast) -> None:
    candidate, link = invited(cast)
    EmailAddress.objects.create(user=cast.omar, email=cast.omar.email, verified=True, primary=True)
    EmailAddress.objects.create(user=cast.omar, email=candidate.customer.email, verified=True)
    browser = Client()

    browser.post(link, answers(browser, link))

    assert experts_named(cast)[0].user == cast.omar
    assert not User.objects.filter(email=candidate.customer.email).exists()


def test_a_mailbox_alone_opens_no_account_with_a_second_step(cast: Cast) -> None:
    candidate = make_candidate(cast, email=cast.omar.email)
    invite(cast, candidate)
    Authenticator.objects.create(user=cast.omar, type=Authenticator.Type.TOTP, data={"secret": "x"})
    link, browser = link_in(mail.outbox[-1]), Client()

    response = browser.post(link, answers(browser, link))

    assert response.headers["Location"].startswith(reverse("account_request_login_code"))
    assert "_auth_user_id" not in browser.session
    assert experts_named(cast)[0].user == cast.omar


def test_who_has_left_comes_back_by_a_new_invitation(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        Expert.objects.filter(pk=cast.nora.pk).update(state=ExpertState.LEFT)
        nora = candidate_of(cast.nora)
    invite(cast, nora)
    link, browser = link_in(mail.outbox[-1]), Client()

    browser.post(link, answers(browser, link))

    [back] = experts_named(cast)
    assert (back.pk, back.state) == (cast.nora.pk, ExpertState.ACTIVE)


def test_a_closed_account_is_not_opened_by_a_letter(cast: Cast) -> None:
    candidate, link = invited(cast)
    User.objects.create_user(email=candidate.customer.email, is_active=False)
    browser = Client()

    response = browser.post(link, answers(browser, link))

    assert "The account with this address is closed." in response.content.decode()
    assert experts_named(cast) == []


@pytest.mark.parametrize("missing", ["is_adult", "accepts_terms", "discloses_commission"])
def test_the_service_itself_insists_on_every_consent(cast: Cast, missing: str) -> None:
    _, link = invited(cast)
    token = link.rstrip("/").rpartition("/")[2]
    given = {"is_adult": True, "accepts_terms": True, "discloses_commission": True} | {missing: False}

    with pytest.raises(Refusal), store_scope(cast.store_a.id):
        consent = Consent(**given, terms_digest=terms_digest(cast.terms))
        acceptance.accept(
            store=cast.store_a, token=token, visitor=AnonymousUser(), profile=LENA, consent=consent, now=timezone.now()
        )
    assert experts_named(cast) == []


def test_no_log_line_holds_a_token() -> None:
    line = logging.LogRecord(
        "django.request", logging.WARNING, "", 1, "%s: %s", ("Gone", "/invitation/pk_1/s3cr3t_-/"), None
    )

    assert HideSecrets().filter(line) is True
    assert line.getMessage() == "Gone: /invitation/pk_1/…/"


# The race

THREADS = 20


def race(cast: Cast, token: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What each of 20 clicks at the same moment met: all have read that the invitation is open before one takes it."""
    all_have_read = threading.Barrier(THREADS)
    take = acceptance.take

    def waits_and_takes(**kwargs: object) -> bool:
        all_have_read.wait(30)
        return take(**kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(acceptance, "take", waits_and_takes)
    now = timezone.now()
    with store_scope(cast.store_a.id):
        consent = Consent(True, True, True, terms_digest(cast.terms))

    def click() -> str:
        try:
            with store_scope(cast.store_a.id):
                acceptance.accept(
                    store=cast.store_a, token=token, visitor=AnonymousUser(), profile=LENA, consent=consent, now=now
                )
        except (Expired, Conflict, IntegrityError) as refusal:
            return type(refusal).__name__
        finally:
            connections.close_all()
        return "accepted"

    with ThreadPoolExecutor(THREADS) as pool:
        return sorted(future.result() for future in [pool.submit(click) for _ in range(THREADS)])


def test_twenty_clicks_at_once_make_one_expert(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    _, link = invited(cast)

    met = race(cast, link.rstrip("/").rpartition("/")[2], monkeypatch)

    assert met == ["Expired"] * 19 + ["accepted"]
    assert len(experts_named(cast)) == 1
    assert verbs(cast).count("invitation.accepted") == 1


def test_the_twin_that_writes_without_the_condition_lets_them_through(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, link = invited(cast)

    def takes_what_it_has_read(*, invitation: Invitation, now: dt.datetime) -> bool:
        return Invitation.objects.filter(pk=invitation.pk).update(state=InvitationState.ACCEPTED, ended_at=now) == 1

    monkeypatch.setattr(acceptance, "take", takes_what_it_has_read)
    met = race(cast, link.rstrip("/").rpartition("/")[2], monkeypatch)

    # Nobody is told "used already": the constraint `expert_once` alone stops them, with an error.
    assert met == ["IntegrityError"] * 19 + ["accepted"]
    assert len(experts_named(cast)) == 1
