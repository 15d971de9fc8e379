"""A switch whose client or script is gone: it ends by itself, or the next call says so and mends it."""

import asyncio
from contextlib import suppress

import pytest

from ci.errors import Failed
from ci.host.report import status_answer, verdict
from tests.support.host.apps import Behaviour
from tests.support.host.small import SERVICES, Small
from tests.support.waiting import until


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
    one, two = small.release("one"), small.release("two")
    await small.deploy(one)
    caller = asyncio.create_task(small.deploy(two))
    await small.reached(2, step)
    small.host.sh("pkill -KILL -f '^sh [.]releases/run-'")
    with suppress(Exception):
        await caller
    await small.until_unlocked(1)

    with pytest.raises(Failed, match=r"release 2 \(two\) was interrupted: the next deploy or rollback ends it"):
        status_answer(await small.status(), as_json=False)
    done = await small.deploy(two)
    assert verdict(done).startswith("deployed two to cfa2 as release 3"), small.journal(3)
    assert small.images() == two.images
    assert {number: told["state"] for number, told in small.records().items()} == {
        1: "healthy",
        2: "interrupted",
        3: "healthy",
    }
    assert (await small.status()).faults == ()
    assert sorted(small.running()) == sorted(SERVICES)


@pytest.mark.row("script killed, then rolled back", "all old")
async def test_a_release_that_was_killed_can_be_rolled_back(small: Small) -> None:
    one, two = small.release("one"), small.release("two", desk=Behaviour(release="bad", healthy_after=None))
    await small.deploy(one)
    caller = asyncio.create_task(small.deploy(two))
    await small.reached(2, "wave desk")
    small.host.sh("pkill -KILL -f '^sh [.]releases/run-'")
    with suppress(Exception):
        await caller
    done = await small.roll_back()
    assert verdict(done).startswith("deployed one to cfa2 as release 3"), small.journal(3)
    assert small.images() == one.images


@pytest.mark.row("a record cut in half", "named and passed over")
async def test_a_record_cut_in_half_by_hand_is_passed_over(small: Small) -> None:
    one = small.release("one")
    await small.deploy(one)
    small.host.sh("cd /srv/cfa/.releases; head -c 40 000001.json >000002.json")
    assert (await small.status()).faults == ("the record .releases/000002.json cannot be read and is passed over",)
    done = await small.deploy(small.release("two"))
    assert verdict(done).startswith("deployed two to cfa2 as release")
