"""The terms that experts work under: one version after the other, none ever edited."""

import datetime as dt
from typing import TypedDict, Unpack

from django.db import IntegrityError, transaction
from django.db.models import Max

from experts.models import Expert, Terms
from stores.errors import BadInput, Conflict, NotFound
from stores.models import Store, User
from stores.services.audit import record_audit

RATES = ("rate_exact_bps", "rate_other_bps", "fee_bps", "window_days", "hold_days", "minimum_payout_minor")
MOST = {"rate_exact_bps": 5000, "rate_other_bps": 5000, "fee_bps": 10000, "window_days": 30, "hold_days": 120}
MOST_SHOWN = 50


class Rates(TypedDict, total=False):
    """What a version may change; what it leaves out stays as in the version before."""

    rate_exact_bps: int
    rate_other_bps: int
    fee_bps: int
    window_days: int
    hold_days: int
    minimum_payout_minor: int


def terms_in_force(*, store: Store, at: dt.datetime) -> Terms:
    """The newest version that is effective at a moment. Raises NotFound where the store had none yet."""
    versions = store.terms.filter(effective_from__lte=at).select_related("store")
    if not (terms := versions.order_by("-effective_from", "-version").first()):
        raise NotFound("The store has no terms for its experts yet.")
    return terms


def versions(*, store: Store) -> list[Terms]:
    """The store's latest versions, newest first; the newest may not be in force yet."""
    return list(store.terms.select_related("store").order_by("-version")[:MOST_SHOWN])


def terms_ahead(*, expert: Expert) -> list[Terms]:
    """Versions published after the one that an expert accepted last, newest first: in force already, or soon."""
    accepted = expert.acceptances.aggregate(newest=Max("terms__version"))["newest"] or 0
    return [version for version in versions(store=expert.store) if version.version > accepted]


def publish_terms(
    *,
    store: Store,
    user: User,
    now: dt.datetime,
    effective_from: dt.datetime | None = None,
    **rates: Unpack[Rates],
) -> Terms:
    """Put the next version in force from `effective_from` (default: now) on; older ones stay as they were.

    Raises BadInput for a start in the past or before another version's, and for rates out of bounds; Conflict when
    somebody publishes at the same moment.
    """
    starts_at = effective_from or now
    newest = store.terms.order_by("-version").first()
    if starts_at < now:
        raise BadInput("New terms cannot start in the past.")
    if newest and starts_at < newest.effective_from:
        raise BadInput(f"Version {newest.version} starts later than that. New terms follow the newest version.")
    values = {name: getattr(newest, name) for name in RATES} if newest else {}
    values |= check_rates(rates)
    try:
        with transaction.atomic():
            terms = Terms.objects.create(
                store=store, version=newest.version + 1 if newest else 1, effective_from=starts_at, **values
            )
    except IntegrityError:
        raise Conflict("Somebody published new terms at this moment. Look at them first.") from None
    record_audit(
        store=store,
        user=user,
        verb="terms.published",
        about=terms,
        at=now,
        data={"version": terms.version, "effective_from": starts_at.isoformat(), **values},
    )
    return terms


def check_rates(rates: Rates) -> Rates:
    """The rates, if each is within bounds. Raises BadInput."""
    least = {"window_days": 1}
    for name, value in rates.items():
        if name not in RATES:
            raise BadInput(f"Terms have no “{name}”.")
        most = MOST.get(name)
        if not isinstance(value, int) or value < least.get(name, 0) or (most is not None and value > most):
            raise BadInput(f"“{name}” has to lie between {least.get(name, 0)} and {most or 'any amount'}.")
    return rates
