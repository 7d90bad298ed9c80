#!/usr/bin/env python3
"""Measures Countersign beside the servers it is compared with, and checks the gates.

Standard library only. Progress goes to standard error, the tables to standard output.
"""

import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from harness import aged, load, machine, plan, postgres, report, targets
from harness.plan import ALL_REGIONS, DISK, FOOTPRINT, MEASUREMENTS, ROWS, Results, Row
from harness.processes import TargetFailed
from harness.report import Failures
from harness.targets import BENCH, COUNTERSIGN, ROOT, Place

#: Loads on one server begin this far apart, so that no number is used twice.
OFFSET_PER_ROUND = 5_000_000
READY_TIMES = 7
CROWDED = 0.5
#: Seconds of CPU in a second.
IDLE = 0.05
PATIENCE_SECONDS = 300


def main() -> int:
    options = parse_options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    rows = selected_rows(options.only)
    keys = selected_keys(options.only, rows)
    skipped = drop_unavailable(keys)
    if not options.no_build:
        build(keys)
    warn_when_crowded()

    with ExitStack() as stack:
        place = prepare_place(stack, keys)
        results, failures = measure(place, keys, options)

    print(f"{machine.description()}; fdatasync {results[DISK]['fdatasync_ms']:.2f} ms\n")
    print(report.ratios(results, failures, rows), report.absolutes(results), sep="\n\n")
    print()
    for key, reason in (failures | skipped).items():
        print(f"- {key}: {reason}")
    if options.json:
        options.json.write_text(json.dumps({"results": results, "failures": failures}, indent=2))
    missed = report.missed_gates(results, failures, rows)
    return 1 if options.check and missed else 0


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one run of 2 s: only a rough idea")
    parser.add_argument("--only", metavar="LIST", help="rows or measurements, such as 1,5,hello")
    parser.add_argument("--seconds", type=float, help="length of a run (default 5)")
    parser.add_argument("--runs", type=int, help="runs of each measurement (default 3)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the results there")
    parser.add_argument("--full", action="store_true", help="rows 12 and 17 at full size")
    parser.add_argument("--check", action="store_true", help="exit with 1 when a gate is missed")
    parser.add_argument("--no-build", action="store_true", help="use the binaries that are there")
    options = parser.parse_args()
    options.seconds = options.seconds or (2.0 if options.quick else 5.0)
    options.runs = options.runs or (1 if options.quick else 3)
    return options


def selected_rows(only: str | None) -> list[Row]:
    if only is None:
        return list(ROWS)
    return report.rows_of({int(it) for it in only.split(",") if it.isdigit()})


def selected_keys(only: str | None, rows: list[Row]) -> list[str]:
    """The measurements asked for by name or needed by a row, in the order of the plan."""
    everything = [*MEASUREMENTS, FOOTPRINT, ALL_REGIONS]
    if only is None:
        return everything
    named = {it for it in only.split(",") if not it.isdigit()}
    unknown = named - set(everything)
    if unknown:
        sys.exit(f"no such measurement: {', '.join(unknown)}; there are {', '.join(everything)}")
    wanted = named.union(*(row.needs for row in rows))
    return [key for key in everything if key in wanted]


def drop_unavailable(keys: list[str]) -> dict[str, str]:
    """Takes out what this machine has no tool for, and says why."""
    reasons = {}
    if not (shutil.which("node") and shutil.which("npm")):
        reasons["node"] = "skipped, there is no Node.js with npm here"
    if postgres.find_programs() is None:
        reasons["postgres"] = "skipped, there is no PostgreSQL server here"
    skipped = {
        key: reason for word, reason in reasons.items() for key in keys if word in key.split("/")[0]
    }
    keys[:] = [key for key in keys if key not in skipped]
    for key, reason in skipped.items():
        say(f"{key}: {reason}")
    return skipped


def build(keys: list[str]) -> None:
    say("building")
    run_tool(["cargo", "build", "--release", "--locked"], BENCH / "peers")
    if any(key.startswith("reader") for key in keys):
        command = ["cargo", "build", "--release", "-p", "countersign-providers"]
        run_tool([*command, "--example", "webhook_reader", "--target-dir", "target"], ROOT)
    if any(is_ours(key) for key in keys):
        command = ["cargo", "build", "--release", "-p", "countersign", "--target-dir", "target"]
        run_tool(command, ROOT)
    if any(key.startswith("node") for key in keys):
        run_tool(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], BENCH / "node")


def is_ours(key: str) -> bool:
    return key.split("/")[0] in {"sqlite", "memory", "postgres", "aged", FOOTPRINT, ALL_REGIONS}


def run_tool(command: list[str], directory: Path) -> None:
    if subprocess.run(command, cwd=directory, stdout=sys.stderr, check=False).returncode != 0:
        sys.exit(f"failed: {' '.join(command)} in {directory}")


def warn_when_crowded() -> None:
    if os.getloadavg()[0] > CROWDED:
        say("something else is running on this machine: the numbers will be too low")


def prepare_place(stack: ExitStack, keys: list[str]) -> Place:
    """Data lies beside the binaries: a temporary directory may be in memory, without a disk."""
    parent = BENCH / "peers" / "target"
    work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="run-", dir=parent)))
    # The user of PostgreSQL has to get through to its own directory.
    work.chmod(0o711)
    place = Place(work, machine.cores())
    programs = postgres.find_programs()
    if programs is not None and any("postgres" in key for key in keys):
        say("starting PostgreSQL")
        cluster = postgres.cluster(programs, work, place.cores.server)
        place = replace(place, cluster=stack.enter_context(cluster))
    return place


def measure(
    place: Place, keys: list[str], options: argparse.Namespace
) -> tuple[Results, Failures]:
    failures: Failures = {}
    results: Results = {DISK: {"fdatasync_ms": machine.fdatasync_median_ms(place.work)}}
    if "aged/start" in keys:
        place = with_aged_file(place, 5_000_000 if options.full else 1_000_000, failures)
    timed = [key for key in keys if key in MEASUREMENTS]
    results |= timed_rounds(place, timed, options, failures)
    if FOOTPRINT in keys:
        attempt(FOOTPRINT, failures, lambda: results.update({FOOTPRINT: footprint(place)}))
    if ALL_REGIONS in keys:
        count = 1_000_000 if options.full else 300_000
        attempt(
            ALL_REGIONS, failures, lambda: results.update({ALL_REGIONS: all_regions(place, count)})
        )
    return results, failures


def attempt(key: str, failures: Failures, action: Callable[[], None]) -> None:
    """A target that fails once is not tried again, and the others go on."""
    if key in failures:
        return
    try:
        action()
    except (TargetFailed, OSError, subprocess.TimeoutExpired) as error:
        failures[key] = str(error)
        say(f"{key}: {error}")


def with_aged_file(place: Place, rows: int, failures: Failures) -> Place:
    say(f"writing {rows} old rows")
    made: list[Path] = []
    attempt("aged/start", failures, lambda: made.append(aged.prepare(place, rows)))
    return replace(place, aged_file=made[0]) if made else place


def timed_rounds(
    place: Place, keys: list[str], options: argparse.Namespace, failures: Failures
) -> Results:
    samples: dict[str, list[load.Sample]] = {key: [] for key in keys}
    for number in range(options.runs):
        for key in keys:
            attempt(
                key,
                failures,
                lambda: samples[key].append(sample(place, key, number, options.seconds)),
            )
            if key not in failures:
                rate = samples[key][-1]["requests_per_second"]
                say(f"run {number + 1} of {options.runs}, {key}: {rate:.0f}/s")
    return {key: medians(taken) for key, taken in samples.items() if key not in failures}


def sample(place: Place, key: str, number: int, seconds: float) -> load.Sample:
    measurement = MEASUREMENTS[key]
    seconds = max(seconds, measurement.least_seconds)
    arguments = [*measurement.load, "--seconds", str(seconds)]
    arguments += ["--offset", str(number * OFFSET_PER_ROUND)]
    prepared = 0
    if measurement.prepare_per_second:
        prepared = min(int(measurement.prepare_per_second * seconds), measurement.most_prepared)
        arguments += ["--prepare", str(prepared)]
    else:
        arguments += ["--warmup", str(seconds * 0.4)]
    with measurement.start(place) as running:
        taken = load.run(place, running, *arguments)
        if measurement.is_counted:
            taken["waiting"] = prepared + taken["beside"] - load.accepted(running)
        return taken


def medians(samples: list[load.Sample]) -> dict[str, float]:
    fields = [name for name, value in samples[0].items() if isinstance(value, int | float)]
    return {name: statistics.median(sample[name] for sample in samples) for name in fields}


def footprint(place: Place) -> dict[str, float]:
    """Starts on a file that exists already, as after an update."""
    with tempfile.TemporaryDirectory(prefix="footprint-", dir=place.work) as directory:
        place = replace(place, aged_file=Path(directory) / "countersign.db")
        ready, resident = [], []
        for _ in range(READY_TIMES):
            with targets.countersign(place, "aged", delivering=False) as running:
                ready.append(running.ready_seconds * 1000)
                time.sleep(1)
                resident.append(machine.resident_mib(running.pid))
    return {
        "ready_ms": statistics.median(ready[1:]),
        "idle_mib": statistics.median(resident),
        "binary_mib": COUNTERSIGN.stat().st_size / 2**20,
    }


def all_regions(place: Place, count: int) -> dict[str, float]:
    say(f"starting {count} verifications in all regions")
    with plan.DELIVERING(place) as running:
        arguments = [*plan.COMPLETE_START, "--regions", "all", "--count", str(count), "--allow"]
        taken = load.run(place, running, *arguments)
        started = taken["statuses"].get("201", 0)
        if started < 0.95 * count:
            first = taken["first_unexpected"]
            raise TargetFailed(f"only {started} of {count} starts succeeded: {first}")
        wait_until_idle(running.pid)
        return {"resident_mib": machine.resident_mib(running.pid)}


def wait_until_idle(pid: int) -> None:
    """Until every message has been sent."""
    spent = machine.cpu_seconds(pid)
    for _ in range(PATIENCE_SECONDS):
        time.sleep(1)
        before, spent = spent, machine.cpu_seconds(pid)
        if spent - before < IDLE:
            return
    raise TargetFailed("the messages are not sent yet")


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
