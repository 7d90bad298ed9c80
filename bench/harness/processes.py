"""Starting processes, waiting until they answer, and leaving none behind."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType

READY_SECONDS = 20.0
STOP_SECONDS = 20.0


class TargetFailed(Exception):
    """A server did not start, or the load on it failed; the message says which and why."""


class Process:
    """A child process whose output goes to a file."""

    def __init__(
        self,
        command: list[str],
        log: Path,
        *,
        core: int | None = None,
        environment: Mapping[str, str] | None = None,
        user: str | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name = Path(command[0]).name
        self.spawned_at = time.perf_counter()
        self._log = log
        self._stop_signal = stop_signal
        if shutil.which(command[0]) is None:
            raise TargetFailed(f"{command[0]} is not there: build it first")
        with log.open("wb") as output:
            self._child = subprocess.Popen(
                command,
                cwd=log.parent,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                user=user,
                group=user,
                extra_groups=None if user is None else [],
                preexec_fn=pin_to(core),
            )

    @property
    def pid(self) -> int:
        return self._child.pid

    def wait_until(self, is_ready: Callable[[], bool]) -> float:
        """Returns the seconds from the spawn until it was ready."""
        while not is_ready():
            if self._child.poll() is not None:
                code = self._child.returncode
                raise TargetFailed(f"{self.name} ended with {code}: {self.said()}")
            if time.perf_counter() - self.spawned_at > READY_SECONDS:
                raise TargetFailed(f"{self.name} did not answer in time: {self.said()}")
            time.sleep(0.0005)
        return time.perf_counter() - self.spawned_at

    def said(self) -> str:
        lines = self._log.read_text(errors="replace").strip().splitlines()
        return " / ".join(lines[-3:]) or "it printed nothing"

    def stop(self) -> None:
        if self._child.poll() is None:
            self._child.send_signal(self._stop_signal)
            try:
                self._child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._child.kill()
                self._child.wait()

    def __enter__(self) -> "Process":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def pin_to(core: int | None) -> Callable[[], None] | None:
    """For `preexec_fn`: what the child does before it becomes the program."""
    if core is None:
        return None
    return lambda: os.sched_setaffinity(0, {core})


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def is_healthy(port: int) -> bool:
    request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(request)
            return connection.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False
