"""A Docker daemon of our own, where none runs: started by `up`, stopped by `down`."""

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from bootstrap import docker, firewall
from bootstrap.command import answer, succeeds, tail
from bootstrap.errors import BootstrapError
from bootstrap.settings import Settings

READY_SECONDS = 60
STOP_SECONDS = 60
FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")


def ensure(settings: Settings) -> None:
    """Use the daemon that answers, or start one whose data lies in the cache."""
    if docker.answers():
        return
    kept = _kept(settings)
    kept.mkdir(parents=True, exist_ok=True)
    firewall.save(kept)
    before = {"forwarding": FORWARDING.read_text().strip(), "bridge": _has_bridge()}
    process = _start(settings)
    (kept / "daemon.json").write_text(json.dumps({"pid": process.pid, "born": _born(process.pid), **before}))
    deadline = time.monotonic() + READY_SECONDS
    while not docker.answers():
        if process.poll() is not None or time.monotonic() > deadline:
            stop(settings)
            raise BootstrapError(f"dockerd does not start; the end of {_log(settings)}:\n{tail(_log(settings))}")
        time.sleep(0.3)


def is_ours(settings: Settings) -> bool:
    """Whether the daemon that this cache started is still alive: a process id alone may be another's by now."""
    record = _kept(settings) / "daemon.json"
    if not record.exists():
        return False
    facts = json.loads(record.read_text())
    return _born(facts["pid"]) == str(facts["born"])


def stop(settings: Settings) -> None:
    """Stop our daemon and leave the network of the host as it was."""
    kept = _kept(settings)
    facts = json.loads((kept / "daemon.json").read_text())
    if is_ours(settings):
        os.kill(facts["pid"], signal.SIGTERM)
        _wait_for_the_end(facts["pid"], facts["born"])
    firewall.restore(kept)
    FORWARDING.write_text(facts["forwarding"])
    if not facts["bridge"]:
        answer("ip", "link", "delete", "docker0")
    shutil.rmtree(kept)


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


def _has_bridge() -> bool:
    return succeeds("ip", "link", "show", "docker0")


def _kept(settings: Settings) -> Path:
    return settings.cache / "daemon"


def _log(settings: Settings) -> Path:
    return settings.logs / "dockerd.log"
