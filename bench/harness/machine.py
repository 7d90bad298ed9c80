"""The machine: its cores, its disk, and what the kernel says about a process."""

import os
import platform
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

BLOCK = bytes(4096)


@dataclass(frozen=True)
class Cores:
    """Where servers and load run; `None` leaves it to the kernel."""

    server: int | None
    load: int | None


def cores() -> Cores:
    available = sorted(os.sched_getaffinity(0))
    if len(available) < 2:
        return Cores(None, None)
    return Cores(available[0], available[1])


def fdatasync_median_ms(directory: Path, times: int = 300) -> float:
    """One block written and synced, as a commit does it, within a file of fixed size."""
    path = directory / "fdatasync"
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR)
    try:
        os.write(descriptor, BLOCK * times)
        os.fsync(descriptor)
        return statistics.median(_sync_ms(descriptor, index) for index in range(times))
    finally:
        os.close(descriptor)
        path.unlink()


def _sync_ms(descriptor: int, index: int) -> float:
    begin = time.perf_counter()
    os.pwrite(descriptor, BLOCK, index * len(BLOCK))
    os.fdatasync(descriptor)
    return (time.perf_counter() - begin) * 1000


def resident_mib(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"process {pid} has no resident memory")


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def description() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = (line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    model = next(models, "unknown processor")
    return f"{model}, {len(os.sched_getaffinity(0))} cores, Linux {platform.release()}"
