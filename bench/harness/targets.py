"""The servers: how each is started on something fresh, and what the load needs to know of it."""

import secrets
import string
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from harness.machine import Cores
from harness.postgres import Cluster
from harness.processes import Process, free_port, is_healthy

BENCH = Path(__file__).resolve().parent.parent
ROOT = BENCH.parent
PEERS = BENCH / "peers" / "target" / "release"
COUNTERSIGN = ROOT / "target" / "release" / "countersign"
READER = ROOT / "target" / "release" / "examples" / "webhook_reader"
NODE_SAMPLE = BENCH / "node" / "server.js"

PHONE_NUMBER_ID = "100000000000001"
BUSINESS_NUMBER = "+15550783881"

Storage = Literal["sqlite", "memory", "postgres", "aged"]


def _random_text(length: int) -> str:
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(length))


@dataclass
class Place:
    """What all targets of one benchmark share."""

    work: Path
    cores: Cores
    cluster: Cluster | None = None
    aged_file: Path | None = None
    secret_key: str = field(default_factory=lambda: secrets.token_hex(32))
    api_key: str = field(default_factory=lambda: f"cs_live_{_random_text(43)}")
    app_secret: str = field(default_factory=lambda: secrets.token_hex(16))

    def running_cluster(self) -> Cluster:
        if self.cluster is None:
            raise RuntimeError("PostgreSQL is planned but was not started")
        return self.cluster


@dataclass(frozen=True)
class Running:
    """A server that answers."""

    port: int
    pid: int
    watched: list[int]
    ready_seconds: float
    stub_port: int | None = None


@contextmanager
def hello(place: Place) -> Iterator[Running]:
    port = free_port()
    command = [str(PEERS / "hello"), "--listen", f"127.0.0.1:{port}"]
    with _server(place, command, {}, port) as running:
        yield running


@contextmanager
def reader(place: Place) -> Iterator[Running]:
    port = free_port()
    command = [str(READER), f"127.0.0.1:{port}", place.app_secret, PHONE_NUMBER_ID]
    with _server(place, command, {}, port) as running:
        yield running


@contextmanager
def naive(place: Place, storage: Storage) -> Iterator[Running]:
    with _scratch(place) as directory:
        url = _database_url(place, storage, directory).replace("sqlite://", "sqlite:")
        port = free_port()
        command = [str(PEERS / "naive"), "--listen", f"127.0.0.1:{port}", "--database", url]
        command += ["--api-key", place.api_key]
        with _server(place, command, {}, port, _watched_beside(place, storage)) as running:
            yield running


@contextmanager
def node(place: Place, *, upstream: bool) -> Iterator[Running]:
    port = free_port()
    environment = {"PORT": str(port), "API_KEY": place.api_key, "NODE_ENV": "production"}
    with ExitStack() as stack:
        if upstream:
            environment["UPSTREAM"] = f"http://127.0.0.1:{stack.enter_context(stub(place))}"
        server = _server(place, ["node", str(NODE_SAMPLE)], environment, port)
        yield stack.enter_context(server)


@contextmanager
def countersign(
    place: Place, storage: Storage, *, delivering: bool, with_pages: bool = False
) -> Iterator[Running]:
    """With pages it has an address for them, and a number that people write to."""
    with ExitStack() as stack:
        directory = stack.enter_context(_scratch(place))
        stub_port = stack.enter_context(stub(place)) if delivering else None
        port = free_port()
        environment = {
            "DATABASE_URL": _database_url(place, storage, directory),
            "SECRET_KEY": place.secret_key,
            "LISTEN": f"127.0.0.1:{port}",
            "BOOTSTRAP_API_KEY": place.api_key,
            "LOG_LEVEL": "warn",
            "WORKER_THREADS": "1",
            "MAX_OTP_PER_TENANT_PER_MINUTE": "0",
            "MAX_OTP_PER_IP_PER_HOUR": "10",
            "MAX_OTP_PER_PHONE_PER_DAY": "5",
            "OTP_RESEND_COOLDOWN_SECONDS": "60",
            "DELIVERY_ENABLED": "true" if delivering else "false",
            "WHATSAPP_API_BASE_URL": f"http://127.0.0.1:{stub_port or 9}",
            "WHATSAPP_ACCESS_TOKEN": "bench",
            "WHATSAPP_PHONE_NUMBER_ID": PHONE_NUMBER_ID,
            "WHATSAPP_APP_SECRET": place.app_secret,
            "WHATSAPP_VERIFY_TOKEN": "bench",
            "WHATSAPP_TEMPLATE_NAME": "login_code",
        }
        if with_pages:
            environment["PUBLIC_URL"] = f"http://127.0.0.1:{port}"
            environment["WHATSAPP_BUSINESS_NUMBER"] = BUSINESS_NUMBER
        beside = _watched_beside(place, storage)
        command = [str(COUNTERSIGN), "serve"]
        server = _server(place, command, environment, port, beside, stub_port)
        yield stack.enter_context(server)


@contextmanager
def stub(place: Place) -> Iterator[int]:
    """It shares the core of the load: it is the world outside, not part of the server."""
    port = free_port()
    command = [str(PEERS / "stub"), "--listen", f"127.0.0.1:{port}"]
    with Process(command, place.work / "stub.log", core=place.cores.load) as process:
        process.wait_until(lambda: is_healthy(port))
        yield port


@contextmanager
def _server(
    place: Place,
    command: list[str],
    environment: dict[str, str],
    port: int,
    beside: list[int] | None = None,
    stub_port: int | None = None,
) -> Iterator[Running]:
    log = place.work / f"{Path(command[0]).name}.log"
    with Process(command, log, core=place.cores.server, environment=environment) as process:
        seconds = process.wait_until(lambda: is_healthy(port))
        yield Running(port, process.pid, [process.pid, *(beside or [])], seconds, stub_port)


@contextmanager
def _scratch(place: Place) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="data-", dir=place.work) as directory:
        yield Path(directory)


def _database_url(place: Place, storage: Storage, directory: Path) -> str:
    match storage:
        case "sqlite":
            return f"sqlite://{directory}/countersign.db"
        case "memory":
            return "memory:"
        case "postgres":
            return place.running_cluster().fresh_database()
        case "aged":
            return f"sqlite://{place.aged_file}"


def _watched_beside(place: Place, storage: Storage) -> list[int]:
    """The database works for the server: its time counts."""
    return [place.running_cluster().process.pid] if storage == "postgres" else []
