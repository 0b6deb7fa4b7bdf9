"""Turns refusals into answers."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.defaults import page_not_found

from stores.errors import NotFound, Refusal


class RefusalMiddleware:
    """One handler for every Refusal: JSON where JSON is spoken, a page with a way on everywhere else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refusal):
            return None
        if speaks_json(request):
            return refusal_json(exception)
        if isinstance(exception, NotFound):
            return page_not_found(request, exception)
        return render(request, "refusal.html", {"refusal": exception}, status=exception.status)


def speaks_json(request: HttpRequest) -> bool:
    """Whether the caller is a program."""
    is_api = request.path.startswith(("/api/", "/webhooks/")) or request.content_type == "application/json"
    return is_api or (request.accepts("application/json") and not request.accepts("text/html"))


def refusal_json(refusal: Refusal) -> JsonResponse:
    """The refusal as an RFC 9457 problem body."""
    body = {"type": "about:blank", "title": refusal.message, "status": refusal.status, "code": refusal.code}
    if refusal.details:
        body["details"] = refusal.details
    return JsonResponse(body, status=refusal.status, content_type="application/problem+json")
