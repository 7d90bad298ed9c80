"""A database file with many old verifications in it, copied from one genuine row."""

import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness import load, targets
from harness.processes import TargetFailed
from harness.targets import Place

TABLE = "verifications"
DAY_SECONDS = 86_400
AGE_SECONDS = 4 * DAY_SECONDS

Vary = Callable[[Any, int], Any]


def prepare(place: Place, rows: int) -> Path:
    """Returns the file; it stays when the server that made it has gone."""
    directory = Path(tempfile.mkdtemp(prefix="aged-", dir=place.work))
    file = directory / "countersign.db"
    _make_genuine_row(replace(place, aged_file=file))
    with sqlite3.connect(file) as connection:
        _multiply(connection, rows)
        connection.commit()
        connection.execute("pragma wal_checkpoint(truncate)")
    connection.close()
    return file


def discard(file: Path) -> None:
    shutil.rmtree(file.parent)


def _make_genuine_row(place: Place) -> None:
    """Started and approved, so that nothing is left to be done about it."""
    with targets.countersign(place, "aged", delivering=True) as running:
        load.run(place, running, "check", "--connections", "1", "--prepare", "1")


def _multiply(connection: sqlite3.Connection, rows: int) -> None:
    connection.execute("pragma synchronous = off")
    columns = [name for _, name, *_ in connection.execute(f"pragma table_info({TABLE})")]
    if not columns:
        raise TargetFailed(f"the database has no table {TABLE}")
    names = ", ".join(columns)
    genuine = connection.execute(f"select {names} from {TABLE} limit 1").fetchone()
    places = ", ".join("?" * len(columns))
    varied = [_vary(name, value) for name, value in zip(columns, genuine, strict=True)]
    connection.executemany(
        f"insert into {TABLE} ({names}) values ({places})", _copies(genuine, varied, rows)
    )


def _copies(genuine: tuple[Any, ...], varied: list[Vary], rows: int) -> Iterator[tuple[Any, ...]]:
    """In the order of time, spread over a day."""
    now = time.time()
    for index in range(rows):
        made_at_ms = int((now - AGE_SECONDS + DAY_SECONDS * index / rows) * 1000)
        yield tuple(vary(value, made_at_ms) for vary, value in zip(varied, genuine, strict=True))


def _vary(name: str, value: Any) -> Vary:
    if name == "id":
        return _id
    if isinstance(value, bytes) and len(value) >= 16 and not name.endswith("_id"):
        return lambda value, _: os.urandom(len(value))
    if isinstance(value, int):
        for unit in (1, 1_000, 1_000_000):
            if abs(value / unit - time.time()) < DAY_SECONDS:
                return _shifted(unit)
    return lambda value, _: value


def _id(value: Any, made_at_ms: int) -> bytes:
    """A UUID of version 7."""
    if not isinstance(value, bytes) or len(value) != 16:
        raise TargetFailed(f"the ids of {TABLE} are not the sixteen bytes they were")
    random = bytearray(os.urandom(10))
    random[0] = 0x70 | random[0] & 0x0F
    random[2] = 0x80 | random[2] & 0x3F
    return made_at_ms.to_bytes(6, "big") + random


def _shifted(unit: int) -> Vary:
    """Keeps the distance between the times of a row."""
    now = time.time()
    return lambda value, made_at_ms: value + int((made_at_ms / 1000 - now) * unit)
