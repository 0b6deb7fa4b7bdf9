"""`make run`: the whole of Peerside in one terminal, on its own database, until Ctrl-C.

It prints "Peerside is ready at <address>" once a first page can be asked for; what it started ends with it.
"""

import asyncio
import contextlib
import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
from django.core.exceptions import ImproperlyConfigured

from config.database import CannotPrepare, prepare_database
from config.embedded import EmbeddedError, embedded_services, instance_lock
from config.environment import BASE_DIR, env, secret_key, var_folder
from config.processes import Roll, die_with_parent

HOST = "127.0.0.1"
PATIENCE_SECONDS = 10
LONGEST_PAUSE_SECONDS = 30
TRIES_BEFORE_READY = 3
# Everything here belongs to one demo on one machine, so its worker may be root's if the rest is.
ROOT_WARNING = "ignore:You're running the worker with superuser privileges"
COLOURS = {"peerside": 1, "web": 36, "worker": 33, "beat": 35, "setup": 90}


class CannotRun(Exception):
    """Nothing was started, or all of it was ended again; the text tells a person why and what to do."""


class Log:
    """One line at a time from many processes, each with the name of its process before it."""

    def __init__(self) -> None:
        self.has_colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        self.width = max(map(len, COLOURS))

    def say(self, name: str, line: str) -> None:
        label = f"{name:>{self.width}} │"
        if self.has_colour:
            label = f"\033[{COLOURS[name]}m{label}\033[0m"
        print(label, line, flush=True)


class Process:
    """A child that is started again when it ends, after a pause that grows while it keeps ending."""

    def __init__(self, name: str, command: list[str], *, log: Log, roll: Roll) -> None:
        self.name = name
        self.command = command
        self.log = log
        self.roll = roll
        self.quick_ends = 0

    async def keep_running(self) -> None:
        """Until cancelled; then the child is asked to end, and killed with its own children if it does not."""
        while True:
            began = time.monotonic()
            code = await self._run_once()
            self.quick_ends = self.quick_ends + 1 if time.monotonic() - began < 60 else 1
            pause = min(2 ** (self.quick_ends - 1), LONGEST_PAUSE_SECONDS)
            self.log.say(self.name, f"ended with code {code}; it starts again in {pause} s")
            await asyncio.sleep(pause)
            self.log.say(self.name, "started again")

    async def _run_once(self) -> int:
        child = await asyncio.create_subprocess_exec(
            *self.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=BASE_DIR,
            env=os.environ | {"PYTHONWARNINGS": ROOT_WARNING},
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
        self.roll.add(child.pid, end_with=signal.SIGTERM)
        reading = asyncio.create_task(self._show(child.stdout))
        try:
            return await child.wait()
        finally:
            await end(child)
            await reading

    async def _show(self, stream: asyncio.StreamReader | None) -> None:
        rest = b""
        while stream and (chunk := await stream.read(65_536)):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self.log.say(self.name, line.decode(errors="replace").rstrip())
        if rest:
            self.log.say(self.name, rest.decode(errors="replace"))


async def end(child: asyncio.subprocess.Process) -> None:
    """Ask a child to end, and kill its whole session when it takes too long."""
    if child.returncode is None:
        child.terminate()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(child.wait(), PATIENCE_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    await child.wait()


def commands(port: int, var: Path) -> dict[str, list[str]]:
    """The processes of an instance."""
    python = sys.executable
    celery = [python, "-m", "celery", "--app", "config", "--quiet"]
    return {
        "web": [
            *(python, "-m", "uvicorn", "config.asgi:application", "--host", HOST, "--port", str(port)),
            *("--ws", "websockets-sansio", "--ws-max-size", "131072", "--timeout-graceful-shutdown", "5"),
            *("--no-access-log", "--log-level", "warning"),
        ],
        "worker": [
            *(*celery, "worker", "--queues", "default,payouts", "--concurrency", "2"),
            *("--without-gossip", "--without-mingle", "--loglevel", "warning"),
        ],
        "beat": [
            *(*celery, "beat", "--schedule", str(var / "beat" / "schedule"), "--pidfile="),
            *("--loglevel", "warning"),
        ],
    }


async def supervise(url: str, processes: list[Process], log: Log, began: float) -> None:
    """Run every process until a signal asks for the end; raises CannotRun when the start fails again and again."""
    loop, asked = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, asked.set)
    tasks = [asyncio.create_task(process.keep_running()) for process in processes]
    ready = asyncio.create_task(announce(url, log, began))
    try:
        while not asked.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asked.wait(), 0.5)
            failing = [process.name for process in processes if process.quick_ends >= TRIES_BEFORE_READY]
            if failing and not ready.done():
                raise CannotRun(
                    f"{failing[0]} ended {TRIES_BEFORE_READY} times before Peerside was ready; see above why."
                )
    finally:
        log.say("peerside", "ending…")
        for task in (ready, *tasks):
            task.cancel()
        await asyncio.gather(ready, *tasks, return_exceptions=True)


async def announce(url: str, log: Log, began: float) -> None:
    """Say where to go, once everything answers."""
    async with httpx.AsyncClient(trust_env=False) as client:
        while True:
            with contextlib.suppress(httpx.HTTPError):
                if (await client.get(f"{url}/readyz", timeout=5)).status_code == 200:
                    break
            await asyncio.sleep(0.1)
    for line in ("", f"Peerside is ready at {url}", f"after {time.monotonic() - began:.1f} s. Ctrl-C ends it.", ""):
        log.say("peerside", line)


def refuse_taken_port(port: int) -> None:
    """Raise CannotRun when somebody else listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise CannotRun(
                    f"Port {port} is in use by another program. Choose another one: PORT={port + 1} make run"
                ) from None
            raise CannotRun(f"Port {port} cannot be used: {error.strerror}. Set PORT to another one.") from None


def manage(log: Log, roll: Roll, *arguments: str) -> None:
    """Run a command of manage.py to its end; raises CannotRun when it fails."""
    child = roll.start(
        [sys.executable, str(BASE_DIR / "manage.py"), *arguments],
        end_with=signal.SIGTERM,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=BASE_DIR,
    )
    assert child.stdout is not None
    try:
        for line in child.stdout:
            log.say("setup", line.decode(errors="replace").rstrip())
        if code := child.wait():
            raise CannotRun(f"`manage.py {' '.join(arguments)}` failed with code {code}; see above why.")
    finally:
        child.terminate()
        child.wait()


@contextlib.contextmanager
def signals_interrupt() -> Iterator[None]:
    """Until the event loop listens, let SIGTERM and SIGHUP end the start as Ctrl-C does, with all clean-up."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run() -> None:
    """Start everything, keep it running, end everything; raises CannotRun and its kin."""
    began, log, var = time.monotonic(), Log(), var_folder()
    os.environ.setdefault("PEERSIDE_DEMO", "1")
    is_demo, port = env.bool("PEERSIDE_DEMO"), env.int("PORT", default=8000)
    os.environ["PORT"] = str(port)
    url = f"http://{HOST}:{port}"
    given = {"database": env.str("DATABASE_URL", default=""), "redis": env.str("REDIS_URL", default="")}
    missing = {name for name, address in given.items() if not address}
    with contextlib.ExitStack() as stack:
        stack.enter_context(signals_interrupt())
        stack.enter_context(instance_lock(var, about=f"at {url}"))
        roll = Roll(var / "processes.json")
        roll.end_leftovers()  # before the port is looked at: a killed run's web process may still hold it
        refuse_taken_port(port)
        key = secret_key(is_demo=is_demo)
        notes = {"port": port, "is_demo": is_demo}
        urls = stack.enter_context(embedded_services(var, names=missing, notes=notes))
        log.say("peerside", f"data in {var}" + (f", own {' and '.join(sorted(missing))}" if missing else ""))
        prepare_database(given["database"] or urls["database_url"], key=key)
        for folder in ("beat", "static"):
            (var / folder).mkdir(exist_ok=True)
        manage(log, roll, "migrate", "--database", "migrator", "--verbosity", "0", "--skip-checks")
        if is_demo:
            manage(log, roll, "seed_demo", "--skip-checks")
        processes = [Process(name, command, log=log, roll=roll) for name, command in commands(port, var).items()]
        asyncio.run(supervise(url, processes, log, began))


def main() -> int:
    try:
        run()
    except (CannotRun, CannotPrepare, EmbeddedError, ImproperlyConfigured) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
