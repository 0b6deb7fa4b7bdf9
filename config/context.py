"""What every template knows about this instance."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def instance(request: HttpRequest) -> dict[str, Any]:
    """`instance.is_demo` and `instance.site_url`; the same for every request."""
    return {"instance": {"is_demo": settings.PEERSIDE_DEMO, "site_url": settings.SITE_URL}}
