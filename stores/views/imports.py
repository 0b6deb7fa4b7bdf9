"""Imports of orders: upload, check the columns, watch, see what came of it."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from stores.access import PERMISSIONS, StoreRequest, store_door
from stores.errors import BadInput, Conflict, NotFound, Refusal, TooLarge
from stores.models import Import
from stores.models.imports import ImportState as State
from stores.services import imports as service
from stores.services.import_state import dialect_of
from stores.views import import_pages
from stores.views.import_form import ColumnsForm, as_data, is_answer
from stores.views.upload_limit import UploadLimit

PAGE = 25
ENCODINGS = {"utf-8": "UTF-8", "cp1252": "Windows-1252", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}
FILE_GONE = "The uploaded file is gone. Please upload it again."


@require_safe
@store_door("see")
def show_list(request: StoreRequest) -> HttpResponse:
    """All imports, newest first, and the way to a new one."""
    return _list(request)


@require_POST
@csrf_exempt
def upload(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a file. Its size is watched while it arrives, before anything else reads the request's body."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    limit = UploadLimit(request, service.MOST_BYTES)
    request.upload_handlers.insert(0, limit)
    request.upload_limit = limit  # type: ignore[attr-defined]
    return _upload(request, slug=slug)


@csrf_protect
@store_door("act")
def _upload(request: Any) -> HttpResponse:
    try:
        file = request.FILES.get("file")
        if request.upload_limit.is_exceeded:
            raise TooLarge(service.TOO_LARGE)
        if not file:
            raise BadInput("Choose a file first.")
        work = service.receive_file(store=request.store, user=request.user, file=file, now=timezone.now())
    except (BadInput, TooLarge) as refusal:
        return _list(request, refusal)
    return redirect("store_import", slug=request.store.slug, import_id=work.pk)


@require_safe
@store_door("see")
def show(request: StoreRequest, import_id: uuid.UUID) -> HttpResponse:
    """One import, whatever its state: the columns to check, the progress, or what came of it."""
    work = _access_import(request, import_id)
    if work.state == State.UPLOADED and import_pages.is_file_kept(work):
        return _check_page(request, work, request.GET if is_answer(request.GET) else None)
    context: dict[str, Any] = {"work": work, "tone": import_pages.TONES.get(State(work.state), "")}
    if work.state in (State.QUEUED, State.RUNNING):
        context["progress"] = import_pages.progress_of(work, timezone.now())
    elif work.refused_count:
        reasons = import_pages.refusal_reasons(work)
        context |= {"reasons": reasons, "other_rows": work.refused_count - sum(count for _, count in reasons)}
    return render(request, "stores/imports/show.html", context | _rights(request))


@require_POST
@store_door("act")
def start(request: StoreRequest, import_id: uuid.UUID) -> HttpResponse:
    """Start an import with the columns as chosen."""
    work = _access_import(request, import_id)
    if not import_pages.is_file_kept(work):
        raise Conflict(FILE_GONE)
    form = _form(work, request.POST)
    if not form.is_valid():
        return _check_page(request, work, request.POST, status=400)
    service.start_import(work=work, choices=form.choices, user=request.user, now=timezone.now())
    return redirect("store_import", slug=request.store.slug, import_id=work.pk)


@require_POST
@store_door("act")
def cancel(request: StoreRequest, import_id: uuid.UUID) -> HttpResponse:
    """Stop an import."""
    work = _access_import(request, import_id)
    service.cancel_import(work=work, user=request.user, now=timezone.now())
    messages.success(request, "The import is cancelled.")
    return redirect("store_import", slug=request.store.slug, import_id=work.pk)


@require_safe
@store_door("see")  # type: ignore[arg-type]  # a stream is no HttpResponse by its class
def refused(request: StoreRequest, import_id: uuid.UUID) -> StreamingHttpResponse:
    """The refused rows as a file, to be mended and uploaded again."""
    work = _access_import(request, import_id)
    response = StreamingHttpResponse(
        service.refused_csv(store_id=request.store.pk, work=work), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="refused-rows-{work.created_at:%Y-%m-%d}.csv"'
    return response


def _access_import(request: StoreRequest, import_id: uuid.UUID) -> Import:
    try:
        return request.store.imports.select_related("store", "uploaded_by").get(pk=import_id)
    except Import.DoesNotExist:
        raise NotFound() from None


def _rights(request: StoreRequest) -> dict[str, Any]:
    return {"may_act": request.role in PERMISSIONS["act"]}


def _list(request: StoreRequest, refusal: Refusal | None = None) -> HttpResponse:
    imports = request.store.imports.select_related("uploaded_by").order_by("-created_at", "-pk")
    context = {
        "page": Paginator(imports, PAGE).get_page(request.GET.get("page")),
        "tones": import_pages.TONES,
        "most_bytes": service.MOST_BYTES,
        "upload_error": refusal.message if refusal else "",
    }
    status = refusal.status if refusal else 200
    return render(request, "stores/imports/list.html", context | _rights(request), status=status)


def _form(work: Import, data: Any) -> ColumnsForm:
    first = service.first_records(work, 1)
    return ColumnsForm(data, columns=dialect_of(work).columns, example=first[0].cells if first else [])


def _check_page(request: StoreRequest, work: Import, data: Any, *, status: int = 200) -> HttpResponse:
    form = _form(work, data if data is not None else as_data(service.first_choices(work)))
    context = {
        "work": work,
        "form": form,
        "preview": import_pages.preview(work, form, timezone.now()) if form.is_valid() else None,
        "dialect": dialect_of(work),
        "encoding": ENCODINGS[dialect_of(work).encoding],
    }
    return render(request, "stores/imports/check.html", context | _rights(request), status=status)
