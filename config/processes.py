"""Child processes that do not outlive us, even when we are killed without a chance to say so."""

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import psutil

PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def write_private(file: Path, text: str) -> None:
    """Put `text` into `file` in one step, readable by its owner only."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    with os.fdopen(handle, "w") as stream:
        stream.write(text)
    os.replace(name, file)


def die_with_parent(with_signal: signal.Signals) -> Callable[[], None]:
    """A `preexec_fn`: the kernel sends the child `with_signal` when this process ends, however it ends (Linux)."""
    parent = os.getpid()

    def in_child() -> None:
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, with_signal)
            if os.getppid() != parent:  # it died before the kernel was asked to tell us
                os._exit(1)

    return in_child


@dataclass(frozen=True)
class Child:
    """A process that a run started; known by its id *and* the time it was born, because ids are reused."""

    pid: int
    born: float
    end_with: int

    @property
    def process(self) -> psutil.Process | None:
        """The process while it lives."""
        try:
            process = psutil.Process(self.pid)
            # The clock may have been set since: births are compared to the second.
            return process if abs(process.create_time() - self.born) < 1 and is_living(process) else None
        except psutil.NoSuchProcess:
            return None


@dataclass(frozen=True)
class Roll:
    """A file that lists the children of a run, so that the next run can end what a killed one left behind."""

    file: Path

    def start(self, command: list[str], *, end_with: signal.Signals, **options: Any) -> subprocess.Popen[bytes]:
        """Start a child in a session of its own (Ctrl-C reaches only us) and write it down."""
        child = subprocess.Popen(command, start_new_session=True, preexec_fn=die_with_parent(end_with), **options)
        self.add(child.pid, end_with=end_with)
        return child

    def add(self, pid: int, *, end_with: signal.Signals) -> None:
        """Write down a child that was started elsewhere."""
        try:
            newcomer = Child(pid, psutil.Process(pid).create_time(), end_with)
        except psutil.NoSuchProcess:
            return
        living = [child for child in self._children() if child.process]
        write_private(self.file, json.dumps([astuple(child) for child in (*living, newcomer)]))

    def end_leftovers(self) -> int:
        """End every process on the roll that still lives, and the processes it started; return how many."""
        left = [(process, child.end_with) for child in self._children() if (process := child.process)]
        end_all(left)
        self.file.unlink(missing_ok=True)
        return len(left)

    def _children(self) -> list[Child]:
        try:
            return [
                Child(int(pid), float(born), int(number)) for pid, born, number in json.loads(self.file.read_text())
            ]
        except (OSError, ValueError, TypeError):
            return []


def end_all(processes: Iterable[tuple[psutil.Process, int]], *, patience_seconds: float = 8) -> None:
    """Send each process its signal, wait for it, then kill what is left of it and of its descendants."""
    leaders: set[psutil.Process] = set()
    family: set[psutil.Process] = set()
    for process, number in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            family |= {process, *process.children(recursive=True)}
            process.send_signal(number)
            leaders.add(process)
    _wait_for(leaders, patience_seconds)
    for process in family:
        if is_living(process):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
    _wait_for(family, patience_seconds)


def is_living(process: psutil.Process) -> bool:
    """Whether a process still does anything; where nobody collects orphans a dead one stays listed as a zombie."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _wait_for(processes: set[psutil.Process], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while any(is_living(process) for process in processes) and time.monotonic() < deadline:
        time.sleep(0.02)
