"""Statements, on paper and in a spreadsheet: the expert's own, and the same for the store's owner."""

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from experts.access import ExpertRequest, expert_door
from experts.models import Expert
from payouts.months import Month
from payouts.services.statements import months_of, statement_csv, statement_of
from payouts.views.answers import download
from stores.access import StoreRequest, store_door
from stores.clock import in_store_time
from stores.errors import NotFound
from stores.models import Store


@expert_door
@require_GET
@in_store_time
def own_statement(request: ExpertRequest, year: int, month: int) -> HttpResponse:
    """The expert's statement of a month."""
    return page(request, "payouts/own_statement.html", request.expert, Month(year, month))


@expert_door
@require_GET
@in_store_time
def own_statement_file(request: ExpertRequest, year: int, month: int) -> HttpResponse:
    """The same as CSV."""
    return as_file(request.expert, Month(year, month))


@store_door("money")
@require_GET
@in_store_time
def statement(request: StoreRequest, expert_id: uuid.UUID, year: int, month: int) -> HttpResponse:
    """An expert's statement, as she sees it."""
    return page(request, "payouts/store_statement.html", access_expert(request.store, expert_id), Month(year, month))


@store_door("money")
@require_GET
@in_store_time
def statement_file(request: StoreRequest, expert_id: uuid.UUID, year: int, month: int) -> HttpResponse:
    """The same as CSV."""
    return as_file(access_expert(request.store, expert_id), Month(year, month))


def page(request: StoreRequest | ExpertRequest, template: str, expert: Expert, month: Month) -> HttpResponse:
    """The statement with ways to the months beside it."""
    now = timezone.now()
    context = {
        "statement": statement_of(expert=expert, month=month, now=now),
        "months": months_of(expert=expert, now=now),
        "now": now,
    }
    return render(request, template, context)


def as_file(expert: Expert, month: Month) -> HttpResponse:
    """The statement's CSV as a download."""
    text = statement_csv(statement_of(expert=expert, month=month, now=timezone.now()))
    name = f"statement-{month.year}-{month.number:02}.csv"
    return download(text.encode(), name=name, content_type="text/csv; charset=utf-8")


def access_expert(store: Store, expert_id: uuid.UUID) -> Expert:
    """An expert of the store; raises NotFound."""
    try:
        return store.experts.select_related("store").get(pk=expert_id)
    except Expert.DoesNotExist:
        raise NotFound() from None
