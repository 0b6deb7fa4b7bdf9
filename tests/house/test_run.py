"""The supervisor: one life of an instance, with everything that may go wrong in it."""

import asyncio
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from config.embedded import free_port
from config.environment import BASE_DIR
from config.processes import Roll, is_living
from config.run import CannotRun, Log, Process, supervise
from tests.instance import Instance


def new_instance(folder: Path, port: int = 0, **variables: str) -> Instance:
    """Not the demo: seeding is not what these tests are about."""
    variables = {"PEERSIDE_DEMO": "0", "SECRET_KEY": "a key of this test"} | variables
    return Instance(folder / "var", port or free_port(), **variables)


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[Instance]:
    made = new_instance(tmp_path)
    made.start()
    yield made
    if made.process.poll() is None:
        made.end(signal.SIGKILL)
    made.discard()


def attempt(instance: Instance, **changes: str) -> tuple[int, str]:
    """Try to run another instance that must not start; returns its exit code and last words."""
    result = subprocess.run(
        [sys.executable, "-m", "config.run"],
        capture_output=True,
        text=True,
        cwd=BASE_DIR,
        env=instance.environment | changes,
        timeout=60,
    )
    return result.returncode, result.stderr.strip()


def test_the_life_of_an_instance(instance: Instance, tmp_path: Path) -> None:
    instance.wait_until_ready()
    assert httpx.get(f"{instance.url}/readyz").json() == {"database": "ok", "redis": "ok", "migrations": "ok"}
    first = instance.family()
    assert sorted(first) == ["beat", "postgres", "uvicorn", "valkey", "worker"]

    # A second run of the same folder, and another folder on the same port, are told so.
    pid = instance.process.pid
    assert attempt(instance, PORT=str(free_port())) == (
        1,
        f"Peerside is already running at {instance.url} (pid {pid}) from {instance.var}.",
    )
    code, words = attempt(instance, PEERSIDE_VAR=str(tmp_path / "other"))
    assert code == 1 and "is in use by another program. Choose another one: PORT=" in words

    # A command in a second terminal needs no addresses.
    listed = subprocess.run(
        [sys.executable, "manage.py", "showmigrations", "sessions", "--skip-checks"],
        capture_output=True,
        text=True,
        cwd=BASE_DIR,
        env=instance.environment,
    )
    assert "[X] 0001_initial" in listed.stdout

    # A child that crashes comes back.
    first["uvicorn"].kill()
    instance.read_until("web │ ended with code -9; it starts again in 1 s")
    instance.read_until("web │ started again")

    # A killed supervisor leaves nothing behind that blocks the next run on the same port and folder.
    left = instance.family()
    instance.end(signal.SIGKILL)
    instance.start()
    instance.wait_until_ready()
    assert not any(is_living(process) for process in left.values())

    # Ctrl-C ends all of it.
    last = instance.family()
    assert len(last) == 5
    assert instance.end(signal.SIGINT) == 0
    assert not any(is_living(process) for process in last.values())
    assert not (instance.var / "services.json").exists()


def test_ctrl_c_during_the_start_leaves_nothing(instance: Instance) -> None:
    instance.read_until("data in")
    family = instance.family()

    assert instance.end(signal.SIGTERM) == 130

    assert not any(is_living(process) for process in family.values())
    assert not (instance.var / "services.json").exists()


def test_a_start_that_fails_says_where(tmp_path: Path) -> None:
    instance = new_instance(tmp_path, PAGE_THREADS="many")

    code, words = attempt(instance)

    instance.discard()
    assert (code, words) == (
        1,
        "`manage.py migrate --database migrator --verbosity 0 --skip-checks` failed with code 1; see above why.",
    )


def test_a_child_that_keeps_ending_is_given_up(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    log, roll = Log(), Roll(tmp_path / "processes.json")
    processes = [
        Process("web", [sys.executable, "-c", "print('no such option'); raise SystemExit(2)"], log=log, roll=roll),
        Process("worker", [sys.executable, "-c", "import signal; signal.pause()"], log=log, roll=roll),
    ]

    with pytest.raises(CannotRun, match="web ended 3 times before Peerside was ready"):
        asyncio.run(supervise(f"http://127.0.0.1:{free_port()}", processes, log, time.monotonic()))

    said = capsys.readouterr().out.splitlines()
    assert said.count("     web │ no such option") == 3
    assert "     web │ ended with code 2; it starts again in 2 s" in said
    assert roll.end_leftovers() == 0


def test_outside_the_demo_a_secret_key_is_asked_for(tmp_path: Path) -> None:
    code, words = attempt(new_instance(tmp_path, SECRET_KEY=""))

    assert (code, words) == (1, "SECRET_KEY is not set. Set it to a long random text, the same for every process.")


def test_the_port_may_be_held_by_anybody(tmp_path: Path) -> None:
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        port = somebody.getsockname()[1]

        code, words = attempt(new_instance(tmp_path, port))

    assert (code, words) == (
        1,
        f"Port {port} is in use by another program. Choose another one: PORT={port + 1} make run",
    )
