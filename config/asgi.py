"""Sockets, and under `make run` pages too, for an ASGI server: `uvicorn config.asgi:application`.

Pages are served by Django's WSGI side in long-lived threads even here: under ASGI each request would open database
connections of its own (docs/decisions/0006).
"""

import os
from typing import Any

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
pages = get_wsgi_application()

# Below this line because models can be imported only once Django is set up.
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.conf import settings  # noqa: E402

from chat.sockets import websocket_urlpatterns  # noqa: E402


async def lifespan(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Tell the server that there is nothing to wait for before the first request and after the last."""
    while True:
        event = (await receive())["type"]
        await send({"type": f"{event}.complete"})
        if event == "lifespan.shutdown":
            return


application = ProtocolTypeRouter(
    {
        "http": WSGIMiddleware(pages, workers=settings.PAGE_THREADS),  # type: ignore[arg-type]  # it is iterable
        # No middleware of Channels: consumers check the origin before anything is asked of the database, and the
        # session themselves.
        "websocket": URLRouter(websocket_urlpatterns),
        "lifespan": lifespan,
    }
)
