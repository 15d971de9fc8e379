"""A deploy whose caller, or the link to it, is gone at any moment: the host ends it by itself, all new or all old."""

import asyncio
import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any

import pytest
from attrs import evolve

from ci.host.release import State
from tests.support.host.caller import Caller, deploying
from tests.support.host.road import Road, road
from tests.support.host.small import Small
from tests.support.host.trial import Trial
from tests.support.registry import Fault, Kind, Slow
from tests.support.waiting import until


class Loss(StrEnum):
    """What becomes of the caller."""

    KILLED = "caller killed"
    CUT = "link cut"
    SWALLOWED = "link black-holed"


SENTENCE = (
    r"HostUnreachable: (cfa2 \(127\.0\.0\.1:\d+\) cannot be reached: .+"
    r"|the link to cfa2 broke: .+; see `status` for what became|cfa2 did not .+)"
)
LOOKING = (1, 3, 5, 7, 9, 11)  # turns: hello, keys, login, session, facts
SWITCHING = ("wave gate", "well gate", "well shop", "wave desk", "well desk", "steady")
EVERYDAY = {
    *((Loss.CUT, 9), (Loss.KILLED, 3), (Loss.SWALLOWED, 11)),
    *((Loss.KILLED, "wave gate"), (Loss.SWALLOWED, "steady"), (Loss.CUT, "well shop")),
}


def cases(steps: Sequence[Any]) -> list[Any]:
    """Every loss at every step; those that are not of every day are marked."""
    return [
        pytest.param(loss, step, id=f"{loss} at {step}", marks=() if (loss, step) in EVERYDAY else (pytest.mark.every,))
        for loss in Loss
        for step in steps
    ]


@pytest.fixture
def way(small: Small) -> Iterator[Road]:
    with road(small.host.address) as made:
        yield made


@pytest.fixture
async def trial(small: Small, way: Road) -> Trial:
    return await Trial.begin(evolve(small, road=way))


@pytest.mark.row("caller or link gone while the host is looked at", "nothing was touched")
@pytest.mark.parametrize(("loss", "turn"), cases(LOOKING))
async def test_who_is_gone_before_the_switch_has_touched_nothing(
    trial: Trial, way: Road, loss: Loss, turn: int
) -> None:
    before = trial.small.running()
    way.count_anew()
    with deploying(trial.small, trial.new) as caller:
        way.at_turn(turn, lambda: lose(loss, caller, way))
        said = await caller.said()
    way.clear()
    assert_told(loss, said)
    assert trial.small.running() == before
    await trial.is_all(trial.old, State.HEALTHY)


@pytest.mark.row("caller or link gone during the pull", "the pull ends by itself, nothing was touched")
@pytest.mark.parametrize(
    "loss", [Loss.CUT, *(pytest.param(one, marks=pytest.mark.every) for one in (Loss.KILLED, Loss.SWALLOWED))]
)
async def test_who_is_gone_during_the_pull_has_touched_nothing(trial: Trial, way: Road, loss: Loss) -> None:
    before, registry = trial.small.running(), trial.small.registry
    registry.faults.add(Fault(effect=Slow(seconds=5), path=".*/blobs/.*"))
    mark = registry.mark()
    with deploying(trial.small, trial.new) as caller:
        await asyncio.to_thread(until, lambda: registry.requests(mark, Kind.BLOB), 60, "nothing is pulled")
        lose(loss, caller, way)
        said = await caller.said()
    way.clear()
    assert_told(loss, said)
    await trial.is_all(trial.old, State.HEALTHY)
    assert trial.small.running() == before


@pytest.mark.row("caller or link gone during the switch", "the host ends the switch by itself: all new")
@pytest.mark.parametrize(("loss", "step"), cases(SWITCHING))
async def test_who_is_gone_during_the_switch_changes_nothing(trial: Trial, way: Road, loss: Loss, step: str) -> None:
    with deploying(trial.small, trial.new) as caller:
        await trial.small.reached(2, step)
        lose(loss, caller, way)
        said = await caller.said()
    way.clear()
    assert_told(loss, said)
    await trial.is_all(trial.new, State.HEALTHY)


def lose(loss: Loss, caller: Caller, way: Road) -> None:
    match loss:
        case Loss.KILLED:
            caller.kill()
        case Loss.CUT:
            way.cut()
        case Loss.SWALLOWED:
            way.swallow()


def assert_told(loss: Loss, said: str) -> None:
    if loss is Loss.KILLED:
        assert said == ""
    else:
        assert re.fullmatch(SENTENCE, said), said
