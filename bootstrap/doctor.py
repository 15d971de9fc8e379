"""What works here, and the next step for what does not."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bootstrap import docker, engine, machine, mirror, path, up, web
from bootstrap.command import answer
from bootstrap.settings import ROOT, Settings

ENOUGH_MEMORY = 2_000_000_000
ASK_SECONDS = 3
DNS = "getent hosts {host}"
TLS = "openssl s_client -brief -verify_return_error -connect {host}:443 </dev/null"


@dataclass(frozen=True)
class Row:
    """One line of the table; the next step is shown when it is red."""

    name: str
    fine: bool
    found: str
    step: str


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
    memory = _available_memory()
    yield Row("Docker", docker.answers(), _docker_version(), "run ./daggerw up as root, or join the group docker")
    yield Row(
        "disk", free > machine.LATER_DISK, f"{_size(free)} free at {asked.cache}", "free some, or move DAGGERW_CACHE"
    )
    yield Row("memory", memory > ENOUGH_MEMORY, f"{_size(memory)} available", "close something: builds need 2 GB")


def _engine(asked: Settings) -> Iterator[Row]:
    own = path.verdict(asked)
    if own.works:
        yield Row("engine", fine=True, found=own.why, step="")
        return
    found = docker.containers(asked.container).get(asked.container)
    cli = up.ready_cli(asked)
    state = "not there" if not found else "running" if found.running else "stopped"
    yield Row("engine", cli is not None, f"{asked.container} is {state}", "./daggerw up")
    version = path.version_of(answer(str(cli), "version") or "") if cli else "not built or not current"
    yield Row("CLI", version == asked.version, f"{version}, dagger.json {asked.version}", "./daggerw up")


def _sdk(asked: Settings) -> Iterator[Row]:
    requirements = ROOT / "requirements" / "dev.txt"
    yield sdk_row(asked.version, requirements.read_text() if requirements.exists() else "")


def _registry(asked: Settings) -> Iterator[Row]:
    host = asked.registry or mirror.HOST
    url = f"{web.scheme(host)}://{host}/v2/"
    status = web.within(ASK_SECONDS, lambda: web.status(url, ASK_SECONDS))
    step = "check CI_REGISTRY and the network" if asked.registry else "./daggerw up starts the mirror"
    yield Row("registry", status in {200, 401}, f"{host} answers {status or 'nothing'}", step)


def _inside(asked: Settings) -> Iterator[Row]:
    """DNS and authorities as the engine sees them: asked inside its container."""
    if not up.ready_cli(asked):
        return
    host = asked.registry.partition(":")[0] or urlsplit((answer("go", "env", "GOPROXY") or "").split(",")[0]).hostname
    trusted = sum(1 for _ in engine.certificates(asked))
    yield Row(
        "DNS inside",
        _ask(asked, DNS.format(host=host)),
        f"the engine resolves {host}",
        f"compare /etc/resolv.conf here with: docker exec {asked.container} cat /etc/resolv.conf",
    )
    yield Row(
        "CA inside",
        _ask(asked, TLS.format(host=host)),
        f"the engine trusts {host}, with {trusted} authorities beside Debian's",
        "put the authority as *.crt into the folder DAGGERW_CERTIFICATES, then ./daggerw up",
    )


def _ask(asked: Settings, script: str) -> bool:
    return answer("docker", "exec", asked.container, "sh", "-c", script, seconds=10) is not None


def _docker_version() -> str:
    return answer("docker", "version", "--format", "daemon {{.Server.Version}}", seconds=10) or "does not answer"


def _available_memory() -> int:
    found = re.search(r"MemAvailable:\s+(\d+) kB", Path("/proc/meminfo").read_text())
    return int(found[1]) * 1024 if found else 0


def _size(count: int) -> str:
    return f"{count / machine.GIGABYTE:.1f} GB"


PROBES: tuple[Callable[[Settings], Iterator[Row]], ...] = (_engine, _sdk, _machine, _registry, _inside)
