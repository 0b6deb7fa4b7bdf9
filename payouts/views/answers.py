"""Answers that are files."""

from django.http import HttpResponse


def download(content: bytes, *, name: str, content_type: str) -> HttpResponse:
    """A file that the browser saves and never shows as a page, and that no cache keeps."""
    return HttpResponse(
        content,
        content_type=content_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )
