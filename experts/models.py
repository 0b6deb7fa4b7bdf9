"""Candidates, invitations, experts and the terms they work under."""

import datetime as dt
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from experts.languages import language_names
from stores.models import Customer, User
from stores.scope import StoreKey, TenantForeignKey, TenantManager, TenantModel, TenantOneToOneField


class Terms(TenantModel):
    """The rates and rules in force from a date on. Never edited: a change is a new version."""

    store = StoreKey(related_name="terms")
    version = models.PositiveIntegerField()
    effective_from = models.DateTimeField()
    rate_exact_bps = models.PositiveIntegerField(default=1000)
    rate_other_bps = models.PositiveIntegerField(default=500)
    fee_bps = models.PositiveIntegerField(default=2000)
    window_days = models.PositiveSmallIntegerField(default=7)
    hold_days = models.PositiveSmallIntegerField(default=30)
    minimum_payout_minor = models.BigIntegerField(default=2000)

    class Meta:
        verbose_name_plural = "terms"
        constraints = [
            models.UniqueConstraint(fields=["store", "version"], name="terms_version_once"),
            models.CheckConstraint(name="terms_window_1_to_30", condition=models.Q(window_days__range=(1, 30))),
            models.CheckConstraint(
                name="terms_rates_sane",
                condition=models.Q(rate_exact_bps__lte=5000, rate_other_bps__lte=5000, fee_bps__lte=10000),
            ),
        ]


class Candidate(TenantModel):
    """A customer whom we suggest as an expert, with the reasons, as ranked last."""

    store = StoreKey(related_name="candidates")
    customer = TenantOneToOneField(Customer, related_name="candidate")
    score = models.FloatField()
    position = models.PositiveIntegerField()
    # [{"code", "text", "weight"}]: sentences for her and against her, with what they rest on in `inputs`.
    reasons = models.JSONField(default=list)
    concerns = models.JSONField(default=list)
    # Why she is kept out of the list (a wholesaler, say); empty for those who are in it.
    set_apart = models.CharField(max_length=200, blank=True)
    inputs = models.JSONField(default=dict)
    ranking_version = models.CharField(max_length=20)
    ranked_at = models.DateTimeField()
    excluded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["store", "position"], name="candidate_by_position")]


class InvitationState(models.TextChoices):
    PENDING = "pending", "Sent"
    ACCEPTED = "accepted", "Accepted"
    REVOKED = "revoked", "Withdrawn"
    EXPIRED = "expired", "Expired"


class Invitation(TenantModel):
    """The offer to one person, by e-mail, to become an expert of one store. Its token is kept as a hash."""

    TRANSITIONS = {
        InvitationState.PENDING: {InvitationState.ACCEPTED, InvitationState.REVOKED, InvitationState.EXPIRED},
    }

    store = StoreKey(related_name="invitations")
    customer = TenantForeignKey(Customer, null=True, blank=True, related_name="invitations")
    terms = TenantForeignKey(Terms, related_name="+")
    email = models.EmailField()
    token_hash = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=InvitationState.choices, default=InvitationState.PENDING)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    # Empty until the e-mail has left us; a sweep sends what a lost task has not.
    sent_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "token_hash"], name="invitation_token_once"),
            models.UniqueConstraint(
                fields=["store", "email"],
                name="invitation_one_pending",
                condition=models.Q(state=InvitationState.PENDING),
            ),
            models.CheckConstraint(name="invitation_state_known", condition=models.Q(state__in=InvitationState.values)),
        ]
        indexes = [models.Index(fields=["store", "-created_at"], name="invitation_by_time")]

    def is_open(self, now: dt.datetime) -> bool:
        """Whether it can still be accepted."""
        return self.state == InvitationState.PENDING and now < self.expires_at


class ExpertState(models.TextChoices):
    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"
    LEFT = "left", "Left"


class ExpertQuerySet(models.QuerySet):
    def active(self) -> "ExpertQuerySet":
        return self.filter(state=ExpertState.ACTIVE)

    def available(self) -> "ExpertQuerySet":
        """Experts who say that they take conversations now."""
        return self.active().filter(is_available=True)


ExpertManager = TenantManager.from_queryset(ExpertQuerySet)


class Expert(TenantModel):
    """A person engaged by one store to advise; the same person in two stores is two experts."""

    person_field = "user_id"
    TRANSITIONS = {
        ExpertState.ACTIVE: {ExpertState.PAUSED, ExpertState.LEFT},
        ExpertState.PAUSED: {ExpertState.ACTIVE, ExpertState.LEFT},
        # Only by accepting a new invitation.
        ExpertState.LEFT: {ExpertState.ACTIVE},
    }

    store = StoreKey(related_name="experts")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="experts")
    # Her own record as a buyer: what she owns is read from its orders.
    customer = TenantForeignKey(Customer, null=True, blank=True, related_name="experts")
    display_name = models.CharField(max_length=40)
    # Key of a bundled portrait under static/img/faces/.
    face = models.CharField(max_length=40)
    about = models.CharField(max_length=280, blank=True)
    languages = ArrayField(models.CharField(max_length=12), default=list)
    state = models.CharField(max_length=10, choices=ExpertState.choices, default=ExpertState.ACTIVE)
    is_available = models.BooleanField(default=False)
    max_conversations = models.PositiveSmallIntegerField(default=3)
    engaged_at = models.DateTimeField()

    objects: ClassVar[ExpertManager] = ExpertManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "user"], name="expert_once"),
            models.CheckConstraint(name="expert_state_known", condition=models.Q(state__in=ExpertState.values)),
            models.CheckConstraint(name="expert_max_1_to_10", condition=models.Q(max_conversations__range=(1, 10))),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def language_names(self) -> list[str]:
        """What she advises in, in words."""
        return language_names(self.languages)


class TermsAcceptance(TenantModel):
    """What an expert agreed to, word for word."""

    store = StoreKey(related_name="terms_acceptances")
    expert = TenantForeignKey(Expert, related_name="acceptances")
    terms = TenantForeignKey(Terms, related_name="acceptances")
    text = models.TextField()
    is_adult = models.BooleanField()
    discloses_commission = models.BooleanField()
    accepted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "expert", "terms"], name="terms_accepted_once"),
            models.CheckConstraint(
                name="acceptance_complete", condition=models.Q(is_adult=True, discloses_commission=True)
            ),
        ]
