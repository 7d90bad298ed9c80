"""What is measured, and which gates and goals it has to meet."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial

from harness import targets
from harness.targets import Place, Running

Start = Callable[[Place], AbstractContextManager[Running]]

SQLITE = partial(targets.countersign, storage="sqlite", delivering=False)
MEMORY = partial(targets.countersign, storage="memory", delivering=False)
DELIVERING = partial(targets.countersign, storage="sqlite", delivering=True)
POSTGRES = partial(targets.countersign, storage="postgres", delivering=False)
WITH_PAGES = partial(targets.countersign, storage="sqlite", delivering=True, with_pages=True)

#: Verifications a second whose messages have to leave.
SENDING = 500

COMPLETE_START = ("start", "--idempotency")


@dataclass(frozen=True)
class Measurement:
    """One scenario on one target, repeated in every round."""

    start: Start
    load: tuple[str, ...]
    #: Verifications to prepare for each second of checks: somewhat more than the target can check.
    prepare_per_second: int = 0
    most_prepared: int = 60_000
    #: For what happens too seldom to be measured in less.
    least_seconds: float = 0.0
    #: Whether to ask the stub how much has not come to it yet.
    is_counted: bool = False


MEASUREMENTS: dict[str, Measurement] = {
    "hello": Measurement(targets.hello, ("hello",)),
    "sqlite/start": Measurement(SQLITE, COMPLETE_START),
    "sqlite/start without key": Measurement(SQLITE, ("start",)),
    "sqlite/start delivering": Measurement(DELIVERING, COMPLETE_START),
    "sqlite/check": Measurement(DELIVERING, ("check",), 40_000),
    "sqlite/webhook": Measurement(SQLITE, ("webhook",)),
    "sqlite/limited": Measurement(SQLITE, ("limited",)),
    "sqlite/mix 2000 per s": Measurement(SQLITE, ("mix", "--rate", "2000")),
    "sqlite/message 200 per s": Measurement(
        WITH_PAGES, ("message", "--rate", "200"), least_seconds=10.0
    ),
    "sqlite/check 200 per s": Measurement(
        DELIVERING, ("check", "--rate", "200"), 250, least_seconds=10.0
    ),
    "sqlite/check beside 500 sends per s": Measurement(
        DELIVERING,
        ("check", "--rate", "200", "--sending", str(SENDING)),
        250,
        least_seconds=10.0,
        is_counted=True,
    ),
    "aged/start": Measurement(
        partial(targets.countersign, storage="aged", delivering=False), COMPLETE_START
    ),
    "memory/start": Measurement(MEMORY, COMPLETE_START),
    "memory/webhook": Measurement(MEMORY, ("webhook",)),
    "reader/webhook": Measurement(targets.reader, ("webhook",)),
    "memory/mix 2000 per s": Measurement(MEMORY, ("mix", "--rate", "2000")),
    "postgres/start": Measurement(POSTGRES, COMPLETE_START),
    "postgres/check": Measurement(
        partial(targets.countersign, storage="postgres", delivering=True), ("check",), 25_000
    ),
    "naive-sqlite/start": Measurement(partial(targets.naive, storage="sqlite"), COMPLETE_START),
    "naive-sqlite/check": Measurement(partial(targets.naive, storage="sqlite"), ("check",), 4_000),
    "naive-postgres/start": Measurement(partial(targets.naive, storage="postgres"), COMPLETE_START),
    "naive-postgres/check": Measurement(
        partial(targets.naive, storage="postgres"), ("check",), 4_000
    ),
    "node/start": Measurement(partial(targets.node, upstream=False), COMPLETE_START),
    "node/check": Measurement(partial(targets.node, upstream=False), ("check",), 8_000),
    "node-upstream/start": Measurement(partial(targets.node, upstream=True), COMPLETE_START),
}

#: Taken once and not under timed load.
DISK = "disk"
FOOTPRINT = "footprint"
ALL_REGIONS = "all regions"

Results = dict[str, dict[str, float]]
Value = Callable[[Results], float]


@dataclass(frozen=True)
class Row:
    """One gate. `bigger_is_better` says on which side of gate and goal the value has to be."""

    number: int
    metric: str
    needs: tuple[str, ...]
    value: Value
    gate: float
    goal: float
    unit: str = ""
    bigger_is_better: bool = True

    def meets(self, bound: float, value: float) -> bool:
        return value >= bound if self.bigger_is_better else value <= bound


def _ratio(metric: str, over: str, under: str) -> Value:
    return lambda results: results[over][metric] / results[under][metric]


def _throughput(
    number: int, metric: str, over: str, under: str, bounds: tuple[float, float]
) -> Row:
    value = _ratio("requests_per_second", over, under)
    return Row(number, metric, (over, under), value, *bounds, unit="×")


def _cpu(metric: str, over: str, bounds: tuple[float, float]) -> Row:
    value = _ratio("cpu_us_per_request", over, "hello")
    return Row(9, metric, (over, "hello"), value, *bounds, unit="×", bigger_is_better=False)


def _spread(metric: str, key: str) -> Row:
    def value(results: Results) -> float:
        return results[key]["p99_ms"] / results[key]["p50_ms"]

    return Row(11, metric, (key,), value, 4, 2.5, unit="×", bigger_is_better=False)


def _plain(number: int, metric: str, key: str, field: str, bounds: tuple[float, float]) -> Row:
    unit = field.rsplit("_", 1)[1].replace("mib", "MiB")
    return Row(
        number,
        metric,
        (key,),
        lambda results: results[key][field],
        *bounds,
        unit=unit,
        bigger_is_better=False,
    )


def _beside_sending(metric: str, field: str, bounds: tuple[float, float]) -> Row:
    beside, alone = "sqlite/check beside 500 sends per s", "sqlite/check 200 per s"
    value = _ratio(field, beside, alone)
    return Row(19, metric, (beside, alone), value, *bounds, unit="×", bigger_is_better=False)


def _seconds_behind(results: Results) -> float:
    return results["sqlite/check beside 500 sends per s"]["waiting"] / SENDING


def _syncs_above_memory(results: Results) -> float:
    durable, volatile = (
        results[f"{storage}/mix 2000 per s"]["p99_ms"] for storage in ("sqlite", "memory")
    )
    return max(0.0, durable - volatile) / results[DISK]["fdatasync_ms"]


ROWS: tuple[Row, ...] = (
    _throughput(1, "start / hello", "sqlite/start", "hello", (0.17, 0.22)),
    _throughput(2, "check / hello", "sqlite/check", "hello", (0.36, 0.45)),
    _throughput(3, "webhook of 2 KB, durable / hello", "sqlite/webhook", "hello", (0.18, 0.25)),
    _throughput(
        4, "webhook of 2 KB, believed and read / hello", "reader/webhook", "hello", (0.45, 0.55)
    ),
    _throughput(5, "start / naive on SQLite", "sqlite/start", "naive-sqlite/start", (7, 10)),
    _throughput(6, "check / naive on SQLite", "sqlite/check", "naive-sqlite/check", (9, 13)),
    _throughput(
        7, "start / Node awaiting its provider", "sqlite/start", "node-upstream/start", (2.8, 4)
    ),
    _throughput(7, "start / Node sending nothing", "sqlite/start", "node/start", (1.9, 2.7)),
    _throughput(8, "check / Node", "sqlite/check", "node/check", (4.5, 6)),
    _cpu("CPU of start / of hello", "sqlite/start", (5, 4)),
    _cpu("CPU of check / of hello", "sqlite/check", (2.5, 2)),
    Row(
        10,
        "2 000/s, open loop: p99 above memory, in fdatasyncs",
        ("sqlite/mix 2000 per s", "memory/mix 2000 per s"),
        _syncs_above_memory,
        8,
        4,
        unit="×",
        bigger_is_better=False,
    ),
    _spread("saturated start: p99 / p50", "sqlite/start"),
    _spread("saturated check: p99 / p50", "sqlite/check"),
    _throughput(
        12, "start on old rows / on an empty file", "aged/start", "sqlite/start", (0.85, 0.95)
    ),
    _throughput(13, "PostgreSQL: start / naive", "postgres/start", "naive-postgres/start", (4, 7)),
    _throughput(13, "PostgreSQL: check / naive", "postgres/check", "naive-postgres/check", (5, 8)),
    _throughput(14, "answers 429 / hello", "sqlite/limited", "hello", (0.4, 0.55)),
    _plain(16, "resident memory, idle", FOOTPRINT, "idle_mib", (24, 16)),
    _plain(16, "start to ready", FOOTPRINT, "ready_ms", (100, 30)),
    _plain(16, "binary, stripped", FOOTPRINT, "binary_mib", (25, 18)),
    _plain(
        17, "resident memory after sends in all regions", ALL_REGIONS, "resident_mib", (256, 160)
    ),
    _plain(
        18, "webhook → check mark at 200/s, p95", "sqlite/message 200 per s", "p95_ms", (150, 50)
    ),
    _beside_sending("check at 200/s: p50 beside 500 sends/s / alone", "p50_ms", (2, 1.5)),
    _beside_sending("check at 200/s: p95 beside 500 sends/s / alone", "p95_ms", (2, 1.5)),
    Row(
        20,
        "500 sends/s: how far they are behind",
        ("sqlite/check beside 500 sends per s",),
        _seconds_behind,
        1,
        0.2,
        unit="s",
        bigger_is_better=False,
    ),
)
