"""The demo mailbox: what Peerside would have sent by e-mail."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from demo import mailbox
from demo.views.pages import quiet_page

LETTERS_ON_PAGE = 30


@require_safe
def letters(request: HttpRequest) -> HttpResponse:
    """All letters, newest first."""
    page = Paginator(mailbox.keys(), LETTERS_ON_PAGE).get_page(request.GET.get("page"))
    return quiet_page(request, "demo/mailbox.html", {"page": page, "letters": [opened(key) for key in page]})


@require_safe
def letter(request: HttpRequest, key: str) -> HttpResponse:
    """One letter, its text with clickable links."""
    return quiet_page(request, "demo/letter.html", {"letter": opened(key)})


@require_safe
def download(request: HttpRequest, key: str) -> HttpResponse:
    """The letter as it was sent."""
    try:
        answer = HttpResponse(mailbox.raw(key), content_type="message/rfc822")
    except FileNotFoundError:
        raise Http404("No such letter.") from None
    answer["Content-Disposition"] = f'attachment; filename="{key}.eml"'
    return answer


def opened(key: str) -> mailbox.Letter:
    """The letter of this name; one that was just removed is missing."""
    try:
        return mailbox.letter(key)
    except FileNotFoundError:
        raise Http404("No such letter.") from None
