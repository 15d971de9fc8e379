"""A Docker daemon of our own, where none runs: started by `up`, stopped by `down`."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bootstrap import docker, firewall
from bootstrap.command import answer, succeeds, tail
from bootstrap.errors import BootstrapError
from bootstrap.settings import Settings

READY_SECONDS = 60
STOP_SECONDS = 60
FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")
BOOT = Path("/proc/sys/kernel/random/boot_id")
Facts = Mapping[str, Any]


def ensure(settings: Settings) -> None:
    """Use the daemon that answers, or start one whose data lies in the cache."""
    if docker.answers():
        return
    if not is_ours(settings):  # one that is was begun by an interrupted run, and is not ready yet
        _begin(settings)
    deadline = time.monotonic() + READY_SECONDS
    while not docker.answers():
        if not is_ours(settings) or time.monotonic() > deadline:
            stop(settings)
            raise BootstrapError(f"dockerd does not start; the end of {_log(settings)}:\n{tail(_log(settings))}")
        time.sleep(0.3)


def was_started(settings: Settings) -> bool:
    """Whether this cache started a daemon since the machine did, and has not stopped it."""
    return bool(_facts(settings))


def is_ours(settings: Settings) -> bool:
    """Whether that daemon is still alive: a process id alone may be another's by now."""
    facts = _facts(settings)
    return bool(facts) and _born(facts["pid"]) == facts["born"]


def stop(settings: Settings) -> None:
    """Stop our daemon and leave the network of the host as it was."""
    kept, facts = _kept(settings), _facts(settings)
    if is_ours(settings):
        os.kill(facts["pid"], signal.SIGTERM)
        _wait_for_the_end(facts["pid"], facts["born"])
    if facts and not docker.answers():  # ours died and another's took its place: the rules are that one's
        firewall.restore(kept)
        FORWARDING.write_text(facts["forwarding"])
        if not facts["bridge"]:
            answer("ip", "link", "delete", "docker0")
    shutil.rmtree(kept)


def _begin(settings: Settings) -> None:
    kept = _kept(settings)
    before = _facts(settings) or _look(kept)  # ours died: what it left is not what was before
    process = _start(settings)
    written = kept / "daemon.json.partial"
    written.write_text(json.dumps({**before, "pid": process.pid, "born": _born(process.pid)}))
    written.rename(_record(settings))


def _look(kept: Path) -> Facts:
    kept.mkdir(parents=True, exist_ok=True)
    firewall.save(kept)
    return {"boot": BOOT.read_text(), "forwarding": FORWARDING.read_text().strip(), "bridge": _has_bridge()}


def _start(settings: Settings) -> "subprocess.Popen[bytes]":
    _log(settings).parent.mkdir(parents=True, exist_ok=True)
    with _log(settings).open("ab") as log:
        return subprocess.Popen(
            ("dockerd", "--data-root", str(settings.cache / "docker")),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _wait_for_the_end(pid: int, born: str) -> None:
    deadline = time.monotonic() + STOP_SECONDS
    while _born(pid) == born:
        if time.monotonic() > deadline:
            raise BootstrapError(f"dockerd (process {pid}) does not end in {STOP_SECONDS} s: stop it by hand")
        time.sleep(0.2)


def _born(pid: int) -> str:
    """When a process was started, in the kernel's ticks; empty when it is gone or a corpse."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] == "Z" else fields[19]


def _facts(settings: Settings) -> Facts:
    """What was written at the start; nothing when it is of an earlier boot, whose rules are gone with it."""
    try:
        facts: Facts = json.loads(_record(settings).read_text())
    except (OSError, ValueError):
        return {}
    return facts if facts.get("boot") == BOOT.read_text() else {}


def _has_bridge() -> bool:
    return succeeds("ip", "link", "show", "docker0")


def _kept(settings: Settings) -> Path:
    return settings.cache / "daemon"


def _record(settings: Settings) -> Path:
    return _kept(settings) / "daemon.json"


def _log(settings: Settings) -> Path:
    return settings.logs / "dockerd.log"
