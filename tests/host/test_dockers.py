"""A Docker that hangs or starts again, and a Compose that is killed at any of its steps."""

import asyncio
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any

import pytest
from attrs import evolve

from ci.host.release import State
from tests.support.host.apps import Behaviour
from tests.support.host.conditions import CFA2, WITH_DEBIAN_COMPOSE, each_condition
from tests.support.host.host import Host
from tests.support.host.small import WATCHED, Small
from tests.support.host.trial import Trial, said

HANGS = "DeployRefused: Docker on cfa2 does not answer: not within 10 s\nrefused: nothing was touched on cfa2"
KILLS = """
docker events --filter type=container --filter "event=$2" --format '{{.Actor.Attributes.name}}' |
while read -r name; do
  case $name in *cfa-"$1"-1*)
    pkill -KILL -f '^sh [.]releases/run-'
    pkill -f '^docker events --filter type=container' # which would wait for another
    exit
    ;;
  esac
done
"""
EVENTS = ("create", "kill", "die", "destroy", "rename", "start")
EVERYDAY = {(CFA2, "gate", "rename")}


def kill_points() -> list[Any]:
    """Those that are not of every day are marked."""
    return [
        pytest.param(*point, id=" ".join(map(str, point)), marks=() if point in EVERYDAY else (pytest.mark.every,))
        for point in product((CFA2, WITH_DEBIAN_COMPOSE), ("gate", "desk"), EVENTS)
    ]


@pytest.mark.row(
    "script killed at each step of Compose's `up`, two versions", "`status` names the mix; the next deploy ends it"
)
@pytest.mark.parametrize(("condition", "service", "event"), kill_points(), indirect=["condition"])
async def test_what_a_killed_up_leaves_is_named_and_ended(small: Small, service: str, event: str) -> None:
    trial = await Trial.begin(small)
    with killing(small.host, service, event):
        assert (await trial.deploy()).startswith("HostUnreachable: the switch on cfa2 did not end: ")
    await trial.is_a_mix_that_the_next_ends("release 2 (two) was interrupted: the next deploy or rollback ends it")


@pytest.mark.row("dockerd hangs before the deploy", "refused, nothing was touched")
@pytest.mark.every
async def test_a_docker_that_hangs_is_named_and_nothing_is_touched(small: Small) -> None:
    trial = await Trial.begin(small)
    before = small.running()
    small.host.sh("pkill -STOP -x dockerd")
    assert await trial.deploy() == HANGS
    assert any("Docker does not answer" in fault for fault in (await small.status()).faults)
    small.host.sh("pkill -CONT -x dockerd")
    assert small.running() == before
    await trial.is_all(trial.old, State.HEALTHY)


@pytest.mark.row("dockerd hangs in the middle of the switch", "taken back when it answers again, or gone through")
@pytest.mark.parametrize("step", ["wave gate", "well shop"])
@pytest.mark.every
async def test_a_docker_that_hangs_for_a_while_leaves_no_mix(small: Small, step: str) -> None:
    small = evolve(small, stable_for=WATCHED)
    trial = await Trial.begin(small)
    deploy = asyncio.create_task(said(small.deploy(trial.new)))
    await small.reached(2, step)
    small.host.sh("pkill -STOP -x dockerd")
    await small.reached(2, "failed")
    small.host.sh("pkill -CONT -x dockerd")
    assert (await deploy).startswith("rolled back to release 1 (one): ")
    await trial.is_all(trial.old, State.ROLLED_BACK)


@pytest.mark.row(
    "dockerd killed and started in the middle of the switch", "all old or all new, or named and then ended"
)
@pytest.mark.parametrize(
    "step", ["wave gate", *(pytest.param(one, marks=pytest.mark.every) for one in ("wave desk", "steady"))]
)
@each_condition
async def test_a_docker_that_starts_again_leaves_no_mix_for_good(small: Small, step: str) -> None:
    small = evolve(small, stable_for=WATCHED)
    trial = await Trial.begin(small)
    deploy = asyncio.create_task(said(small.deploy(trial.new)))
    await small.reached(2, step)
    small.host.sh("pkill -KILL -x dockerd; while pgrep -x dockerd >/dev/null; do sleep 0.1; done")
    await asyncio.to_thread(small.host.run, "daemons")
    line = await deploy
    if line.startswith("rolled back"):
        await trial.is_all(trial.old, State.ROLLED_BACK)
    elif line.startswith("deployed"):
        await trial.is_all(trial.new, State.HEALTHY)
    else:
        assert line.startswith("ROLLBACK FAILED on cfa2: ")
        await asyncio.to_thread(small.host.wait_until_ready)
        await trial.is_a_mix_that_the_next_ends("release 2 (two) failed and so did the way back (")


@pytest.mark.row("the rollback itself fails", "ROLLBACK FAILED; `status` names the mix; the next deploy ends it")
@pytest.mark.parametrize(
    ("step", "harm", "mend", "reason"),
    [
        pytest.param(
            "wave desk",
            "docker rmi -f ois-keep/gate:cfa.r000001 {gate}",
            "",
            "docker compose up ended with 1 for gate shop desk",
            id="old image removed",
            marks=pytest.mark.every,
        ),
        pytest.param(
            "failed",
            "iptables -I OUTPUT -p tcp --dport 58081 -j REJECT",
            "iptables -F OUTPUT",
            "gate answers 000 at http://127.0.0.1:58081/health",
            id="old release does not answer",
            marks=pytest.mark.every,
        ),
    ],
)
async def test_a_rollback_that_fails_says_so_and_the_next_deploy_ends_it(
    small: Small, step: str, harm: str, mend: str, reason: str
) -> None:
    trial = await Trial.begin(small, desk=Behaviour(exits_after=0))
    deploy = asyncio.create_task(said(small.deploy(trial.new)))
    await small.reached(2, step)
    small.host.sh(harm.format(**trial.old.images))
    assert (
        await deploy
        == f"ROLLBACK FAILED on cfa2: desk ends again and again; and back: {reason}; `status` says what runs"
    )
    small.host.sh(mend)
    await trial.is_a_mix_that_the_next_ends(
        f"release 2 (two) failed and so did the way back (desk ends again and again; and back: {reason}): "
        "the next deploy or rollback ends it",
        small.release("three"),
    )


@contextmanager
def killing(host: Host, service: str, event: str) -> Iterator[None]:
    """Kill the switch's script at the moment when Docker tells this of a container of the service."""
    argv = ("docker", "exec", host.name, "sh", "-c", KILLS, "sh", service, event)
    with subprocess.Popen(argv) as watch:  # noqa: S603  # arguments of our own
        try:
            yield
            assert watch.wait(20) == 0
        finally:
            watch.kill()
