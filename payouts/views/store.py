"""The store's pages: who is due, runs, the file for the bank, and what came of it."""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from payouts.forms import AccountForm
from payouts.months import Month
from payouts.services.earnings import paid_out
from payouts.services.files import make_file, offers_for
from payouts.services.methods import bank_details_of, set_bank_details
from payouts.services.payouts import take_step
from payouts.services.runs import access_run, create_run, plan_run, runs_of
from payouts.views.answers import download
from stores.access import PERMISSIONS, StoreRequest, store_door
from stores.clock import in_store_time
from stores.errors import NotFound

PAGE = 50
LATEST = 5


@store_door("see")
@require_GET
@in_store_time
def overview(request: StoreRequest) -> HttpResponse:
    """What experts are owed, who is due and who is not, and the latest runs."""
    now = timezone.now()
    plan = plan_run(store=request.store, now=now)
    context = {
        "plan": plan,
        "month": Month.of(now, request.store.timezone),
        "page": Paginator(plan.payees, PAGE).get_page(request.GET.get("page")),
        "paid_out": paid_out(request.store.payouts.all()),
        "runs": runs_of(request.store)[:LATEST],
        "may_pay": may_pay(request),
    }
    return render(request, "payouts/overview.html", context)


@store_door("see")
@require_GET
@in_store_time
def run_list(request: StoreRequest) -> HttpResponse:
    """Every payout run, newest first."""
    page = Paginator(runs_of(request.store), PAGE).get_page(request.GET.get("page"))
    return render(request, "payouts/runs.html", {"page": page, "runs": page.object_list})


@store_door("money")
@require_http_methods(["GET", "POST"])
@in_store_time
def new_run(request: StoreRequest) -> HttpResponse:
    """What a run made now would pay, and the button that makes it."""
    now = timezone.now()
    if request.method == "GET":
        return render(request, "payouts/new_run.html", {"plan": plan_run(store=request.store, now=now)})
    expected = request.POST.get("expected", "")
    run = create_run(store=request.store, user=request.user, expected=expected, now=now)
    messages.success(request, "The payout run is made. Give its file to your bank, then say so here.")
    return redirect("store_payout_run", slug=request.store.slug, number=run.number)


@store_door("money")
@require_http_methods(["GET", "POST"])
@in_store_time
def bank(request: StoreRequest) -> HttpResponse:
    """The account that the store pays from."""
    form = AccountForm(request.POST or None, initial={"holder": request.store.name})
    if request.method == "GET" or not form.is_valid():
        context = {"form": form, "current": bank_details_of(request.store)}
        return render(request, "payouts/bank.html", context)
    set_bank_details(store=request.store, user=request.user, now=timezone.now(), **form.cleaned_data)
    messages.success(request, "The account is saved. The next payout run pays from it.")
    return redirect("store_payouts", slug=request.store.slug)


@store_door("see")
@require_GET
@in_store_time
def run_page(request: StoreRequest, number: int) -> HttpResponse:
    """One run: its file, its payouts, and what can be said of them next."""
    run = access_run(store=request.store, number=number)
    payouts = run.payouts.select_related("expert").order_by("expert__display_name", "id")
    context = {
        "run": run,
        "page": Paginator(payouts, PAGE).get_page(request.GET.get("page")),
        "offers": offers_for(run),
        "may_pay": may_pay(request),
    }
    return render(request, "payouts/run.html", context)


@store_door("money")
@require_GET
def run_file(request: StoreRequest, number: int, key: str) -> HttpResponse:
    """The file to give to the bank."""
    run = access_run(store=request.store, number=number)
    file = make_file(run=run, key=key, user=request.user, now=timezone.now())
    return download(file.content, name=file.name, content_type=file.content_type)


@store_door("money")
@require_POST
def run_step(request: StoreRequest, number: int, step: str) -> HttpResponse:
    """What the owner says of a run or of one payout in it: sent, withdrawn, paid, failed."""
    run = access_run(store=request.store, number=number)
    moved = take_step(
        run=run,
        step=step,
        user=request.user,
        now=timezone.now(),
        reason=request.POST.get("reason", ""),
        payout_id=chosen_payout(request),
    )
    if moved:
        messages.success(request, f"{moved} payout{'' if moved == 1 else 's'} marked as {step}.")
    else:
        messages.info(request, "That had been said before; nothing has changed.")
    return redirect("store_payout_run", slug=request.store.slug, number=number)


def chosen_payout(request: StoreRequest) -> uuid.UUID | None:
    """The payout that the form is about; None: the whole run. Raises NotFound for what is no id."""
    try:
        return uuid.UUID(text) if (text := request.POST.get("payout")) else None
    except ValueError:
        raise NotFound() from None


def may_pay(request: StoreRequest) -> bool:
    """Whether to offer what only owners may do; the doors decide for themselves."""
    return request.role in PERMISSIONS["money"]
