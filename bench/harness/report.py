"""The tables."""

from harness.plan import MEASUREMENTS, ROWS, Results, Row

Failures = dict[str, str]


def ratios(results: Results, failures: Failures, rows: list[Row]) -> str:
    lines = ["| # | metric | measured | gate | goal | |", "|---|---|---|---|---|---|"]
    lines += [_ratio_line(row, results, failures) for row in rows]
    return "\n".join(lines)


def missed_gates(results: Results, failures: Failures, rows: list[Row]) -> list[Row]:
    """A target that failed misses its gates; one whose tool is absent has none."""
    return [row for row in rows if _misses(row, results, failures)]


def _misses(row: Row, results: Results, failures: Failures) -> bool:
    if any(key in failures for key in row.needs):
        return True
    return _is_measured(row, results) and not row.meets(row.gate, row.value(results))


def _is_measured(row: Row, results: Results) -> bool:
    return all(key in results for key in row.needs)


def _ratio_line(row: Row, results: Results, failures: Failures) -> str:
    sign = "≥" if row.bigger_is_better else "≤"
    bounds = f"{sign} {row.gate:g} {row.unit} | {sign} {row.goal:g} {row.unit}"
    if not _is_measured(row, results):
        verdict = "FAILED" if any(key in failures for key in row.needs) else "skipped"
        return f"| {row.number} | {row.metric} | – | {bounds} | {verdict} |"
    value = row.value(results)
    measured = f"{value:.3g} {row.unit}"
    return f"| {row.number} | {row.metric} | {measured} | {bounds} | {_verdict(row, value)} |"


def _verdict(row: Row, value: float) -> str:
    if row.meets(row.goal, value):
        return "goal met"
    return "pass" if row.meets(row.gate, value) else "FAIL"


def absolutes(results: Results) -> str:
    lines = [
        "| target/scenario | req/s | p50 ms | p95 ms | p99 ms | p99.9 ms | CPU µs/req |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [_absolute_line(key, results[key]) for key in MEASUREMENTS if key in results]
    return "\n".join(lines)


def _absolute_line(key: str, result: dict[str, float]) -> str:
    fields = ("p50_ms", "p95_ms", "p99_ms", "p999_ms")
    times = " | ".join(f"{result[field]:.2f}" for field in fields)
    rate, cpu = result["requests_per_second"], result["cpu_us_per_request"]
    return f"| {key} | {rate:,.0f} | {times} | {cpu:.1f} |".replace(",", " ")


def rows_of(numbers: set[int]) -> list[Row]:
    return [row for row in ROWS if row.number in numbers]
