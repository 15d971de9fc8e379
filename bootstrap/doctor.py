"""What works here, and the next step for what does not."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bootstrap import docker, engine, machine, mirror, path, up, web
from bootstrap.command import answer
from bootstrap.errors import Refused
from bootstrap.launch import decide
from bootstrap.settings import ROOT, Kind, Settings

ENOUGH_MEMORY = 2_000_000_000
ASK_SECONDS = 3
MEMINFO = Path("/proc/meminfo")  # of Linux
INSIDE_SECONDS = 10  # also while the engine is at work
DNS = 'getent hosts "$1"'
TLS = 'openssl s_client -brief -verify_return_error -verify_hostname "$1" -connect "$1:$2" </dev/null'
HEAD = r"""printf 'HEAD /v2/ HTTP/1.1\r\nHost: %s:%s\r\nConnection: close\r\n\r\n' "$1" "$2" |
openssl s_client -quiet -connect "$1:$2" 2>/dev/null"""


@dataclass(frozen=True)
class Row:
    """One line of the table; the next step is shown when it is red."""

    name: str
    fine: bool
    found: str
    step: str = ""


def examine(asked: Settings) -> int:
    """Print the table; 1 when something is red."""
    rows = tuple(row for probe in PROBES for row in probe(asked))
    print(table(rows))
    return 0 if all(row.fine for row in rows) else 1


def table(rows: Iterable[Row]) -> str:
    """The rows, aligned; a red one with its next step below it."""
    return "\n".join(
        f"{'ok ' if row.fine else 'RED'}  {row.name:<12} {row.found}"
        + ("" if row.fine else f"\n     {'':<12} -> {row.step}")
        for row in rows
    )


def sdk_row(version: str, requirements: str) -> Row:
    """Whether the tests' dagger-io is the engine's."""
    found = re.search(r"^dagger-io==(\S+)", requirements, re.MULTILINE)
    pinned = found[1] if found else "nothing"
    return Row(
        "SDK",
        f"v{pinned}" == version,
        f"requirements/dev.txt pins dagger-io {pinned}, dagger.json {version}",
        f"pin dagger-io=={version.removeprefix('v')} in requirements/dev.txt",
    )


def _machine(asked: Settings) -> Iterator[Row]:
    free = machine.free_disk(asked.cache)
    step = "start it, or unset DOCKER_HOST" if asked.docker_host else "run ./daggerw up as root, or join its group"
    yield Row("Docker", docker.answers(), _docker_version(), step)
    yield Row(
        "disk", free > machine.LATER_DISK, f"{_size(free)} free at {asked.cache}", "free some, or move DAGGERW_CACHE"
    )
    if (memory := available_memory()) is not None:
        yield Row("memory", memory > ENOUGH_MEMORY, f"{_size(memory)} available", "close something: builds need 2 GB")


def _engine(asked: Settings) -> Iterator[Row]:
    try:
        choice = decide(asked)
    except Refused as fault:
        yield Row("engine", fine=False, found=str(fault), step="mend that, or unset DAGGERW_ENGINE")
        return
    if choice.kind is not Kind.LOCAL:
        yield Row("engine", fine=True, found=str(choice))
        return
    found = docker.containers(asked.container).get(asked.container)
    cli = up.ready_cli(asked)
    state = "not there" if not found else "stopped" if not found.running else "running" if cli else "not current"
    yield Row("engine", cli is not None, f"{choice}: {asked.container} is {state}", "./daggerw up")
    version = path.version_of(answer(str(cli), "version") or "") if cli else "not built or not current"
    yield Row("CLI", version == asked.version, f"{version}, dagger.json {asked.version}", "./daggerw up")


def _sdk(asked: Settings) -> Iterator[Row]:
    requirements = ROOT / "requirements" / "dev.txt"
    yield sdk_row(asked.version, requirements.read_text() if requirements.exists() else "")


def _registry(asked: Settings) -> Iterator[Row]:
    host = asked.registry or mirror.HOST
    scheme = web.scheme(host)
    if scheme == "https" and up.ready_cli(asked):
        told = _inside(asked, HEAD, *_host_and_port(host)) or ""
        found = re.match(r"HTTP/\S+ (\d+)", told)
        status, who = int(found[1]) if found else None, "the engine"
    else:
        status, who = web.within(ASK_SECONDS, lambda: web.status(f"{scheme}://{host}/v2/", ASK_SECONDS)), "this machine"
    step = "check CI_REGISTRY and the network" if asked.registry else "./daggerw up starts the mirror"
    yield Row("registry", status in {200, 401}, f"{host} answers {status or 'nothing'} to {who}", step)


def _authority(asked: Settings) -> Iterator[Row]:
    """DNS and authorities as the engine sees them: asked inside its container."""
    if not up.ready_cli(asked) or (asked.registry and web.scheme(asked.registry) == "http"):
        return
    host, port = _host_and_port(asked.registry or _proxy())
    address = (_inside(asked, DNS, host) or "nothing").split()[0]
    yield Row(
        "DNS inside",
        address != "nothing",
        f"{host} is {address} to the engine",
        f"compare /etc/resolv.conf here with: docker exec {asked.container} cat /etc/resolv.conf",
    )
    trusted = sum(1 for _ in engine.certificates(asked))
    known = _inside(asked, TLS, host, port) is not None
    verb = "trusts" if known else "does not trust"
    yield Row(
        "CA inside",
        known,
        f"the engine {verb} {host}:{port}, with {trusted} authorities beside Debian's",
        "put the authority as *.crt into the folder DAGGERW_CERTIFICATES, then ./daggerw up",
    )


def _proxy() -> str:
    """Where Go modules come from: the engine loads them too."""
    first = (answer("go", "env", "GOPROXY") or "").split(",")[0]
    return urlsplit(first).netloc.rpartition("@")[2] or "proxy.golang.org"


def _host_and_port(address: str) -> tuple[str, str]:
    host, _, port = address.partition(":")
    return host, port or "443"


def _inside(asked: Settings, script: str, *arguments: str) -> str | None:
    bounded = ("timeout", str(INSIDE_SECONDS), "sh", "-c", script, "sh")
    return answer("docker", "exec", asked.container, *bounded, *arguments)


def _docker_version() -> str:
    return answer("docker", "version", "--format", "daemon {{.Server.Version}}", seconds=10) or "does not answer"


def available_memory() -> int | None:
    """Bytes; None where nobody can tell."""
    if not MEMINFO.exists():
        return None
    found = re.search(r"MemAvailable:\s+(\d+) kB", MEMINFO.read_text())
    return int(found[1]) * 1024 if found else 0


def _size(count: int) -> str:
    return f"{count / machine.GIGABYTE:.1f} GB"


PROBES: tuple[Callable[[Settings], Iterator[Row]], ...] = (_engine, _sdk, _machine, _registry, _authority)
