"""A dockerd of ours on a machine of its own: a network, a /run and processes that end with the program."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from bootstrap import daemon, docker, settings, up
from bootstrap.command import output
from bootstrap.errors import BootstrapError
from bootstrap.settings import Settings
from tests.support.repository import ROOT
from tests.support.waiting import until

ALONE: Final = ("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
PRIVATE_RUN: Final = (
    "sh",
    "-c",
    'mount -t tmpfs none /run; "$@"; exit $?',
    "sh",
    "env",
    "--unset=DOCKER_HOST",
)  # sh is its init
DEADLINE_SECONDS: Final = 180
RULES: Final = (
    ("iptables", "-P", "FORWARD", "DROP"),
    ("iptables", "-N", "MINE"),
    ("iptables", "-A", "INPUT", "-s", "192.0.2.0/24", "-m", "comment", "--comment", "a guest's", "-j", "MINE"),
    ("iptables", "-A", "MINE", "-p", "tcp", "--dport", "22", "-j", "REJECT"),
    ("iptables", "-t", "nat", "-A", "POSTROUTING", "-s", "198.51.100.0/24", "-j", "MASQUERADE"),
    ("ip6tables", "-P", "INPUT", "DROP"),
)

State = Mapping[str, str]
Scenario = Callable[[Settings], None]


def play(scenario: Scenario, cache: Path, *, rules: bool) -> tuple[State, State, str]:
    """The machine before and after the scenario, and what was said; with some rules in its firewall, or none."""
    argv = (sys.executable, "-m", "tests.support.own_network", scenario.__name__, str(cache), str(rules))
    done = subprocess.run(  # noqa: S603  # arguments of our own
        (*ALONE, *PRIVATE_RUN, *argv), cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE_SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    return told["before"], told["after"], done.stderr


def start_and_stop(asked: Settings) -> None:
    daemon.ensure(asked)
    output("docker", "network", "create", "another")
    assert "DOCKER" in state()["iptables"]
    output("docker", "network", "rm", "another")
    daemon.stop(asked)


def killed_before_the_next(asked: Settings) -> None:
    daemon.ensure(asked)
    _kill(asked)
    daemon.ensure(asked)
    assert daemon.is_ours(asked)
    daemon.stop(asked)


def killed_and_down(asked: Settings) -> None:
    daemon.ensure(asked)
    _kill(asked)
    up.take_down(asked)
    assert not daemon.was_started(asked)


def interrupted_while_it_starts(asked: Settings) -> None:
    daemon._begin(asked)
    daemon.ensure(asked)
    assert len(output("pgrep", "-x", "dockerd").split()) == 1
    daemon.stop(asked)


def cannot_start(asked: Settings) -> None:
    asked.cache.mkdir()
    (asked.cache / "docker").touch()
    try:
        daemon.ensure(asked)
    except BootstrapError as fault:
        up.say(str(fault))


def another_took_its_place(asked: Settings) -> None:
    daemon.ensure(asked)
    _kill(asked)
    another = ("dockerd", "--data-root", str(asked.cache / "another"))
    with subprocess.Popen(another, stderr=subprocess.DEVNULL) as running:  # noqa: S603
        until(docker.answers, 60, "the other daemon answers")
        its = state()
        up.take_down(asked)
        assert (docker.answers(), state(), daemon.was_started(asked)) == (True, its, False)
        running.terminate()


def with_a_guest(asked: Settings) -> None:
    """A container of somebody else runs in our daemon at the first `down`."""
    daemon.ensure(asked)
    subprocess.run(("docker", "import", "-", "nothing"), stdin=subprocess.DEVNULL, check=True, stdout=sys.stderr)  # noqa: S607
    folders = (part for name in ("bin", "lib", "lib64", "usr") for part in ("--volume", f"/{name}:/{name}:ro"))
    output("docker", "run", "--detach", "--rm", "--name", "guest", *folders, "nothing", "sleep", "600")
    up.take_down(asked)
    assert daemon.is_ours(asked)
    output("docker", "rm", "--force", "guest")
    up.take_down(asked)
    assert not daemon.was_started(asked)


def state() -> State:
    """All of the network that a dockerd changes."""
    return {
        "iptables": _rules("iptables"),
        "ip6tables": _rules("ip6tables"),
        "links": "\n".join(sorted(re.findall(r"^\d+: ([^:@]+)", output("ip", "-o", "link"), re.MULTILINE))),
        "forwarding": daemon.FORWARDING.read_text(),
        "resolv.conf": Path("/etc/resolv.conf").read_text(),
    }


def main(scenario: str, cache: str, rules: str) -> None:
    daemon.FORWARDING.write_text("0")
    for rule in RULES if rules == "True" else ():
        output(*rule)
    before = state()
    globals()[scenario](settings.read({"DAGGERW_CACHE": cache}))
    print(json.dumps({"before": before, "after": state()}))


def _kill(asked: Settings) -> None:
    pid = int(daemon._facts(asked)["pid"])
    os.kill(pid, signal.SIGKILL)
    until(lambda: not (docker.answers() or Path(f"/proc/{pid}").exists()), 10, "it is dead")
    assert not daemon.is_ours(asked)


def _rules(family: str) -> str:
    """What the family's -save tells, without comments and counters; of a table that lets everything pass, nothing."""
    lines = (line for line in output(f"{family}-save").splitlines() if not line.startswith("#"))
    told = re.sub(r" \[\d+:\d+\]$", "", "\n".join(lines), flags=re.MULTILINE)
    return re.sub(r"^\*\w+\n(:\w+ ACCEPT\n)*COMMIT\n?", "", told, flags=re.MULTILINE)


if __name__ == "__main__":
    main(*sys.argv[1:])
