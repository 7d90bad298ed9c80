"""A private PostgreSQL cluster that lives as long as the benchmark."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.processes import Process, TargetFailed, free_port

USER = "postgres"
PROGRAMS = ("initdb", "postgres", "psql")


class Cluster:
    """A running cluster: default settings, so every commit is flushed to disk."""

    def __init__(self, programs: Path, process: Process, port: int) -> None:
        self._programs = programs
        self._port = port
        self.process = process

    def fresh_database(self) -> str:
        """Empties the cluster and returns the URL of a new database."""
        self._execute("drop database if exists bench with (force)")
        self._execute("create database bench")
        self._execute("checkpoint")
        return f"postgres://{USER}@127.0.0.1:{self._port}/bench"

    def is_ready(self) -> bool:
        return self._psql("select 1").returncode == 0

    def _execute(self, sql: str) -> None:
        done = self._psql(sql)
        if done.returncode != 0:
            raise TargetFailed(f"psql: {done.stderr.strip()}")

    def _psql(self, sql: str) -> subprocess.CompletedProcess[str]:
        command = [str(self._programs / "psql"), "-qX", "-h", "127.0.0.1", "-p", str(self._port)]
        command += ["-U", USER, "-d", "postgres", "-c", sql]
        return subprocess.run(command, capture_output=True, text=True, check=False)


def find_programs() -> Path | None:
    """The directory of the newest PostgreSQL on this machine."""
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    found = sorted(versions, key=lambda path: float(path.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    if on_path:
        found.append(Path(on_path).parent)
    return next((path for path in found if all((path / it).exists() for it in PROGRAMS)), None)


@contextmanager
def cluster(programs: Path, work: Path, core: int | None) -> Iterator[Cluster]:
    """The server refuses to run as root, so root runs it as the user of the package."""
    user = USER if os.geteuid() == 0 else None
    parent = work if user is None or _is_open_to_all(work) else None
    with tempfile.TemporaryDirectory(prefix="postgres-", dir=parent) as directory:
        home = Path(directory)
        if user is not None:
            shutil.chown(home, user, user)
        _initialise(programs, home, user)
        port = free_port()
        command = [str(programs / "postgres"), "-D", str(home / "data"), "-p", str(port)]
        command += ["-k", "", "-c", "listen_addresses=127.0.0.1"]
        log = home / "log"
        # SIGINT is the fast shutdown: SIGTERM waits for every client to leave.
        options = {"core": core, "user": user}
        with Process(command, log, stop_signal=signal.SIGINT, **options) as process:
            running = Cluster(programs, process, port)
            process.wait_until(running.is_ready)
            yield running


def _initialise(programs: Path, home: Path, user: str | None) -> None:
    command = [str(programs / "initdb"), "-D", str(home / "data"), "-U", USER, "-A", "trust"]
    done = subprocess.run(
        [*command, "-E", "UTF8", "--locale=C"],
        capture_output=True,
        text=True,
        check=False,
        cwd=home,
        user=user,
        group=user,
        extra_groups=None if user is None else [],
    )
    if done.returncode != 0:
        raise TargetFailed(f"initdb: {done.stderr.strip()}")


def _is_open_to_all(path: Path) -> bool:
    return all(it.stat().st_mode & 0o001 for it in (path, *path.parents))
