"""Bringing the local engine up, once for all callers, and taking it down."""

import fcntl
import hashlib
import json
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bootstrap import daemon, docker, engine, machine, mirror
from bootstrap.command import answer, output
from bootstrap.errors import Refused
from bootstrap.local import stages
from bootstrap.machine import Machine
from bootstrap.settings import ROOT, Settings
from bootstrap.stages import content_of, duration, keys, make_all
from bootstrap.workshop import Tools, made_folder


def say(line: str) -> None:
    """Tell the user, on stderr: stdout is the command's alone."""
    print(f"daggerw: {line}", file=sys.stderr, flush=True)


def bring_up(settings: Settings) -> Path:
    """Make what is missing, start what does not run, and return the CLI."""
    if cli := ready_cli(settings):
        return cli
    with _alone(settings) as lock:
        if cli := ready_cli(settings):  # the run that we waited for has done it
            return cli
        facts = _able_or_refuse(settings)
        _announce(settings)
        _prepare(settings, facts)
        return _make(settings, lock)


def take_down(settings: Settings) -> None:
    """Stop this engine gracefully, and what no other engine needs: in the reverse order of `bring_up`."""
    with _alone(settings):
        if docker.answers():
            _stop(settings.container)
            if engines := _other_engines():
                say(f"the mirror stays: {_still(engines)}")
                return
            _stop(mirror.CONTAINER)
            answer("docker", "network", "rm", docker.NETWORK)
            if daemon.is_ours(settings) and (others := docker.running()):
                say(f"dockerd stays: {_still(others)}")
                return
        if daemon.was_started(settings):
            say("stopping dockerd")
            daemon.stop(settings)


def ready_cli(settings: Settings) -> Path | None:
    """The CLI, when engine and mirror run as the last complete run left them: two cheap looks."""
    try:
        record = json.loads(_record(settings).read_text())
    except (OSError, ValueError):
        return None
    if record["fingerprint"] != _fingerprint(settings):
        return None
    found = docker.containers(settings.container, mirror.CONTAINER)
    running = len(found) == 2 and all(each.running for each in found.values())  # noqa: PLR2004
    cli = Path(record["cli"])
    return cli if running and cli.exists() else None


@contextmanager
def _alone(settings: Settings) -> Iterator[int]:
    try:
        settings.cache.mkdir(parents=True, exist_ok=True)
        file = (settings.cache / "lock").open("a")
    except OSError as fault:
        cannot = f"{settings.cache} cannot be written ({fault.strerror})"
        raise Refused(f"{cannot}: set DAGGERW_CACHE to a folder of yours, or use sudo") from None
    with file as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another call looks after the engine just now; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock.fileno()


def _able_or_refuse(settings: Settings) -> Machine:
    facts = machine.read(settings, docker=docker.answers())
    built = any((settings.cache / "made").glob("content-*"))
    if refused := tuple(machine.refusals(facts, first=not built)):
        raise Refused("; ".join(refused))
    return facts


def _announce(settings: Settings) -> None:
    if not any((settings.cache / "made").glob("programs-*")):
        say(
            "nothing is built yet: this takes about ten minutes, once; to choose otherwise set "
            f"DAGGERW_ENGINE=official or path (a dagger {settings.version} with its engine)"
        )
        say(f"logs: {settings.logs}")


def _prepare(settings: Settings, facts: Machine) -> None:
    settings.logs.mkdir(parents=True, exist_ok=True)
    if facts.missing:
        say(f"installing the Debian packages {', '.join(facts.missing)}")
        _install(facts.missing)
    daemon.ensure(settings)


def _install(packages: tuple[str, ...]) -> None:
    answer("dpkg", "--configure", "-a", seconds=900)  # what an interrupted installation left
    output("apt-get", "update", "-qq", seconds=300)
    quiet = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "--yes", "-qq", "--no-install-recommends")
    output(*quiet, *packages, seconds=900)
    if not shutil.which("docker"):
        output(*quiet, "docker-cli", seconds=900)  # Debian 13 has the client in a package of its own


def _make(settings: Settings, lock: int) -> Path:
    _record(settings).unlink(missing_ok=True)  # until all is there again
    table = stages(settings)
    started = time.monotonic()
    make_all(table, Tools(settings.cache, (lock,)), lambda line: say(f"{duration(time.monotonic() - started)} {line}"))
    engine.wait_until_it_listens(settings.container)
    cli = made_folder(settings.cache, "programs", keys(table)["programs"]) / "dagger"
    _record(settings).write_text(json.dumps({"fingerprint": _fingerprint(settings), "cli": str(cli)}))
    return cli


def _stop(container: str) -> None:
    found = docker.containers(container).get(container)
    if not found:
        return
    if found.running:
        say(f"stopping {container}")
    docker.remove(container)


def _other_engines() -> list[str]:
    listed = output("docker", "ps", "--filter", f"label={docker.KEY}", "--format", "{{.Names}}").split()
    return [name for name in listed if name != mirror.CONTAINER]


def _still(names: Sequence[str]) -> str:
    return f"{', '.join(names)} still {'runs' if len(names) == 1 else 'run'}"


def _fingerprint(settings: Settings) -> str:
    trusted = (content_of(file) for file in engine.certificates(settings))
    parts = (settings.version, content_of(ROOT / "bootstrap"), *trusted)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _record(settings: Settings) -> Path:
    return settings.own / "ready.json"
