"""Embedded servers: fast to come, gone with their parent, never in the way of the next run."""

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg2
import pytest
import redis
from psycopg2.extensions import make_dsn, parse_dsn
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.embedded import (
    SOCKET_PATH_LIMIT,
    SYSTEM_FOLDER,
    EmbeddedError,
    InstanceIsRunning,
    discard_instance,
    embedded_services,
    instance_lock,
    prepare_home,
)
from config.environment import BASE_DIR
from config.processes import Roll, is_living, write_private

BOTH = {"database", "redis"}
HOLDER = """
import sys
from pathlib import Path
from config.embedded import embedded_services, instance_lock
var = Path(sys.argv[1])
with instance_lock(var, about="for a test"), embedded_services(var, names={"database", "redis"}):
    print("up", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def var(tmp_path: Path) -> Iterator[Path]:
    """The data folder of an instance."""
    folder = tmp_path / "var"
    yield folder
    discard_instance(folder)


@pytest.fixture
def holder(var: Path) -> Iterator[subprocess.Popen]:
    """Another process that runs both servers in `var`."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(var)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=BASE_DIR,
    )
    assert process.stdout and process.stdout.readline() == "up\n"
    yield process
    process.communicate(timeout=30)


def ask(url: str, question: str) -> str:
    link = psycopg2.connect(make_dsn(url, dbname="postgres"))
    try:
        with link, link.cursor() as db:
            db.execute(question)
            (answer,) = db.fetchone() or ("",)
            return str(answer)
    finally:
        link.close()


def services(var: Path) -> dict:
    return json.loads((var / "services.json").read_text())


def servers(var: Path) -> list[psutil.Process]:
    """The two servers' own processes."""
    listed = json.loads((Path(os.path.realpath(var / "embedded")) / "processes.json").read_text())
    return [psutil.Process(entry[0]) for entry in listed]


def test_both_servers_answer_while_the_block_runs(var: Path) -> None:
    with embedded_services(var, names=BOTH, notes={"port": 8000}) as urls:
        assert ask(urls["database_url"], "SHOW server_version").startswith("18.")
        assert ask(urls["database_url"], "SHOW listen_addresses") == ""
        assert ask(urls["database_url"], "SHOW fsync") == "on"
        assert ask(urls["database_url"], "SHOW max_connections") == "200"
        assert redis.Redis.from_url(urls["redis_url"]).ping()
        assert services(var) == urls | {"pid": os.getpid(), "port": 8000}
        assert stat.S_IMODE((var / "services.json").stat().st_mode) == 0o600
        running = servers(var)
        assert len(running) == 2

    assert not (var / "services.json").exists()
    assert not any(is_living(process) for process in running)


def test_only_what_is_missing_is_started(var: Path) -> None:
    with embedded_services(var, names={"redis"}) as urls:
        assert list(urls) == ["redis_url"]
    with embedded_services(var, names=set()) as urls:
        assert urls == {}


def test_strangers_need_the_password(var: Path) -> None:
    with embedded_services(var, names=BOTH) as urls:
        port = redis.Redis.from_url(urls["redis_url"]).connection_pool.connection_kwargs["port"]
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(port=port, retry=Retry(NoBackoff(), 0)).ping()
        with pytest.raises(psycopg2.OperationalError, match="no password supplied"):
            ask(make_dsn(**{k: v for k, v in parse_dsn(urls["database_url"]).items() if k != "password"}), "SELECT 1")


def test_data_outlives_the_servers(var: Path) -> None:
    with embedded_services(var, names={"database"}) as urls:
        ask(urls["database_url"], "CREATE TABLE kept AS SELECT 7 AS seven; SELECT 1")
    with embedded_services(var, names={"database"}) as urls:
        assert ask(urls["database_url"], "SELECT seven FROM kept") == "7"


def test_a_second_run_is_told_of_the_first(holder: subprocess.Popen, var: Path) -> None:
    with (
        pytest.raises(InstanceIsRunning, match=rf"already running for a test \(pid {holder.pid}\)"),
        instance_lock(var, about="never"),
    ):
        pass


def test_servers_die_with_a_killed_parent_and_the_next_run_starts(holder: subprocess.Popen, var: Path) -> None:
    running = servers(var)
    holder.kill()
    holder.wait()

    with instance_lock(var, about="the next run"), embedded_services(var, names=BOTH) as urls:
        assert ask(urls["database_url"], "SELECT 1") == "1"
        assert not any(is_living(process) for process in running)


def test_a_server_that_was_killed_blocks_nobody(holder: subprocess.Popen, var: Path) -> None:
    for process in servers(var):
        process.kill()
    holder.kill()
    holder.wait()
    assert (var / "embedded" / "postgres" / "postmaster.pid").exists()

    with instance_lock(var, about="the next run"), embedded_services(var, names=BOTH) as urls:
        assert ask(urls["database_url"], "SELECT 1") == "1"


def test_a_stranger_with_the_old_number_is_left_alone(var: Path) -> None:
    with embedded_services(var, names={"database"}):
        lock = (var / "embedded" / "postgres" / "postmaster.pid").read_text()
    stranger = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    lines = [str(stranger.pid), *lock.splitlines()[1:]]
    (var / "embedded" / "postgres" / "postmaster.pid").write_text("\n".join(lines))
    write_private(var / "embedded" / "processes.json", json.dumps([[stranger.pid, 1.0, signal.SIGKILL]]))

    with embedded_services(var, names={"database"}) as urls:
        assert ask(urls["database_url"], "SELECT 1") == "1"

    assert stranger.poll() is None
    stranger.communicate()


def test_a_child_left_behind_is_ended_with_its_family(tmp_path: Path) -> None:
    roll = Roll(tmp_path / "processes.json")
    shell = roll.start(["sh", "-c", "sleep 60 & wait"], end_with=signal.SIGTERM)
    parent = psutil.Process(shell.pid)
    while not (family := parent.children()):
        pass

    assert roll.end_leftovers() == 1

    assert not any(is_living(process) for process in (parent, *family))
    shell.wait()


def test_a_start_that_was_interrupted_is_begun_again(var: Path) -> None:
    half = prepare_home(var).folder / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18")

    with embedded_services(var, names={"database"}) as urls:
        assert ask(urls["database_url"], "SELECT 1") == "1"


def test_a_server_that_cannot_start_says_why(var: Path) -> None:
    with embedded_services(var, names={"database"}):
        pass
    (var / "embedded" / "postgres" / "PG_VERSION").write_text("9.6")

    with (
        pytest.raises(EmbeddedError, match=r"PostgreSQL did not start(.|\n)*not compatible"),
        embedded_services(var, names={"database"}),
    ):
        pass


def test_a_long_or_odd_path_is_no_obstacle(tmp_path: Path) -> None:
    var = tmp_path / ("long, " * 20)
    assert len(str(var)) > SOCKET_PATH_LIMIT
    with embedded_services(var, names={"database"}) as urls:
        assert ask(urls["database_url"], "SELECT 1") == "1"
    discard_instance(var)


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(EmbeddedError, match="cannot be used: Not a directory"),
        instance_lock(tmp_path / "file" / "var", about=""),
    ):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the servers to a user of their own")
def test_as_root_the_servers_are_somebody_else_and_no_folder_of_ours_is_opened(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    package = Path(sys.prefix)
    paths = [closed, *closed.parents, package, *package.parents]
    before = [path.stat().st_mode for path in paths]

    with embedded_services(closed / "var", names=BOTH) as urls:
        assert ask(urls["database_url"], "SELECT 1") == "1"
        assert {process.username() for process in servers(closed / "var")} == {"peerside-servers"}
        home = Path(os.path.realpath(closed / "var" / "embedded"))
        written_by_root = {path.name for path in home.iterdir() if path.stat().st_uid == 0}

    assert [path.stat().st_mode for path in paths] == before
    assert home.parent == SYSTEM_FOLDER and stat.S_IMODE(home.stat().st_mode) == 0o711
    assert {"owner", "processes.json", "postgres.log", "valkey.log"} <= written_by_root
    discard_instance(closed / "var")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root keeps data outside the instance's folder")
def test_as_root_a_removed_folder_is_a_fresh_start(var: Path) -> None:
    first = prepare_home(var).folder
    (var / "embedded").unlink()

    second = prepare_home(var).folder

    assert first != second and not first.exists()
