"""The expert's pages: what she earned, what comes next, and where it goes."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from experts.access import ExpertRequest, expert_door
from payouts.forms import AccountForm
from payouts.services.earnings import earning_lines, paid_out, read_lines
from payouts.services.methods import method_of, set_payout_method
from payouts.services.standings import standing_of
from payouts.services.statements import months_of
from stores.clock import in_store_time

PAGE = 20
LATEST = 6


@expert_door
@require_GET
@in_store_time
def earnings(request: ExpertRequest) -> HttpResponse:
    """Held, available and paid, line by line, with the dates on which they clear."""
    now = timezone.now()
    page = Paginator(earning_lines(request.expert), PAGE).get_page(request.GET.get("page"))
    context = {
        "now": now,
        "standing": standing_of(expert=request.expert, now=now),
        "method": method_of(request.expert),
        "paid_out": paid_out(request.expert.payouts.all()),
        "page": page,
        "lines": read_lines(request.expert, list(page.object_list)),
        "payouts": request.expert.payouts.select_related("run").order_by("-created_at")[:LATEST],
        "months": months_of(expert=request.expert, now=now)[:LATEST],
    }
    return render(request, "payouts/earnings.html", context)


@expert_door
@require_http_methods(["GET", "POST"])
@in_store_time
def payout_method(request: ExpertRequest) -> HttpResponse:
    """Where her money goes."""
    current = method_of(request.expert)
    form = AccountForm(request.POST or None, initial={"holder": current.holder if current else request.user.name})
    if request.method == "GET" or not form.is_valid():
        return render(request, "payouts/method.html", {"form": form, "current": current})
    set_payout_method(expert=request.expert, user=request.user, now=timezone.now(), **form.cleaned_data)
    messages.success(request, "Saved. Your next payout goes to this account.")
    return redirect("console_payout_method")
