"""A switch whose client or script is gone: it ends by itself, or the next call says so and mends it."""

import asyncio
from contextlib import suppress

import pytest
from attrs import evolve

from ci.host.release import State
from tests.support.host.apps import Behaviour
from tests.support.host.conditions import each_condition
from tests.support.host.small import WATCHED, Small
from tests.support.host.trial import Trial, said
from tests.support.waiting import until

INTERRUPTED = "release 2 (two) was interrupted: the next deploy or rollback ends it"


@pytest.mark.row("caller gone in the first wave", "the host ends the switch by itself: all new")
@each_condition
async def test_a_switch_whose_client_is_gone_ends_by_itself(small: Small) -> None:
    one, two = small.release("one"), small.release("two")
    await small.deploy(one)
    caller = asyncio.create_task(small.deploy(two))
    await small.reached(2, "wave gate")
    caller.cancel()
    with suppress(asyncio.CancelledError):
        await caller
    await asyncio.to_thread(until, lambda: small.records()[2]["state"] == "healthy", 60, "the switch does not end")
    assert small.images() == two.images
    assert (await small.status()).faults == ()


@pytest.mark.row("script killed at each step", "`status` names it; the next deploy ends it")
@pytest.mark.parametrize(
    "step",
    ["well gate", *(pytest.param(one, marks=pytest.mark.every) for one in ("wave gate", "wave desk", "steady"))],
)
async def test_a_switch_that_was_killed_is_named_and_ended_by_the_next(small: Small, step: str) -> None:
    trial = await Trial.begin(evolve(small, stable_for=WATCHED))
    await kill_at(step, trial)
    await trial.is_a_mix_that_the_next_ends(INTERRUPTED)
    assert [small.records()[number]["state"] for number in (1, 2, 3)] == ["healthy", "interrupted", "healthy"]


@pytest.mark.every
async def test_a_mend_that_takes_long_is_waited_for(small: Small) -> None:
    trial = await Trial.begin(small, gate=Behaviour(stops_after=8))
    await kill_at("well gate", trial)
    await trial.is_a_mix_that_the_next_ends(INTERRUPTED)


@pytest.mark.row("script killed, then rolled back", "all old")
@each_condition
async def test_a_release_that_was_killed_can_be_rolled_back(small: Small) -> None:
    trial = await Trial.begin(small, desk=Behaviour(healthy_after=None))
    await kill_at("wave desk", trial)
    line = await said(small.roll_back())
    assert line == "deployed one to cfa2 as release 3: 3 changed, 0 kept", small.journal(3)
    await trial.is_all(trial.old, State.HEALTHY)


@pytest.mark.row("a record cut in half", "named and passed over")
async def test_a_record_cut_in_half_by_hand_is_passed_over(small: Small) -> None:
    trial = await Trial.begin(small)
    small.host.as_user("cd /srv/cfa/.releases; mkdir 000002; head -c 40 000001/release.json >000002/release.json")
    assert (await small.status()).faults == (
        "the record .releases/000002/release.json cannot be read and is passed over",
    )
    record = small.host.read("/srv/cfa/.releases/000002/release.json")
    assert await trial.deploy() == "deployed two to cfa2 as release 3: 3 changed, 0 kept"
    assert small.host.read("/srv/cfa/.releases/000002/release.json") == record
    small.host.sh("rm -r /srv/cfa/.releases/000002")
    await trial.is_all(trial.new, State.HEALTHY)


async def kill_at(step: str, trial: Trial) -> None:
    """Let the new release be switched to, kill the script at this step, and see that its caller says so."""
    deploy = asyncio.create_task(trial.deploy())
    await trial.small.reached(2, step)
    trial.small.host.sh("pkill -KILL -f '^sh [.]releases/run-'")
    line = await deploy
    assert line.startswith("HostUnreachable: the switch on cfa2 did not end: "), line
    assert line.endswith("; see `status`"), line
