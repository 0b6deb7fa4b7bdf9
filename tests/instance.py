"""A whole instance in a process of its own, for tests that need more than this process can show."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from config.embedded import discard_instance
from config.environment import BASE_DIR
from config.processes import die_with_parent

# What conftest.py told this process about its own servers is not the instance's business.
KEPT_BACK = ("DATABASE_URL", "REDIS_URL", "DATABASE_ROLE_PREFIX", "SECRET_KEY", "DJANGO_SETTINGS_MODULE")


class Instance:
    """A `python -m config.run` with a data folder, servers and a port of its own."""

    def __init__(self, var: Path, port: int, **variables: str) -> None:
        self.var = var
        self.url = f"http://127.0.0.1:{port}"
        kept = {name: value for name, value in os.environ.items() if name not in KEPT_BACK}
        self.environment = kept | {"PEERSIDE_VAR": str(var), "PORT": str(port)} | variables
        self.said: list[str] = []

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "config.run"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=BASE_DIR,
            env=self.environment,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )

    def wait_until_ready(self) -> None:
        self.read_until(f"Peerside is ready at {self.url}")

    def read_until(self, words: str) -> None:
        """Read what it says up to a line that contains `words`; what it said is in the failure otherwise."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.said.append(line)
            if words in line:
                return
        raise AssertionError(f"ended without saying {words!r}:\n" + "".join(self.said))

    def end(self, number: int) -> int:
        """Send a signal and wait for the end; returns the exit code."""
        self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=60)
        self.said.append(rest)
        return self.process.returncode

    def discard(self) -> None:
        """Remove its data; it has ended."""
        discard_instance(self.var)

    def family(self) -> dict[str, psutil.Process]:
        """The running children by what they are."""
        found = {}
        for child in psutil.Process(self.process.pid).children():
            words = " ".join(child.cmdline())
            for name in ("uvicorn", "worker", "beat", "postgres", "valkey"):
                if f" {name} " in words or f"/{name} " in words or f"{name}-server" in words:
                    found[name] = child
        return found
