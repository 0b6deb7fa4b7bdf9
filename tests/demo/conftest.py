"""A browser in the shop, the shop's settings file, and somebody who receives its webhooks."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from tests.demo.receiver import Received, Receiver, connect


@pytest.fixture(autouse=True)
def own_folder(settings: Settings, tmp_path: Path) -> Path:
    """The instance's data folder, empty: a shop that nobody has connected yet."""
    settings.VAR = tmp_path
    return tmp_path


@pytest.fixture
def browser() -> Client:
    """A visitor of the shop."""
    return Client()


@pytest.fixture
def receiver(own_folder: Path) -> Iterator[Receiver]:
    """A real HTTP server on a free port, to which the shop is connected."""
    told = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.received.append(Received(path=self.path, headers=dict(self.headers), body=body))
            self.send_response(told.answers.pop(0) if told.answers else 200)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    connect(own_folder, f"http://127.0.0.1:{server.server_port}/hook")
    yield told
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def unreachable(own_folder: Path) -> None:
    """The shop is connected to a receiver that does not answer."""
    connect(own_folder, "http://127.0.0.1:9/hook")
