"""A deploy whose caller, or the link to it, is gone at any moment: the host ends it by itself, all new or all old."""

import asyncio
import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import product
from typing import Any

import pytest
from attrs import evolve

from ci.host.release import State
from tests.support.host.caller import Caller, deploying
from tests.support.host.conditions import CFA2, WITH_DEBIAN_COMPOSE, each_condition
from tests.support.host.road import Road, road
from tests.support.host.small import WATCHED, Small
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
ORDER = 8_000  # bytes; nothing else that a caller sends is so large as the order to switch, which has the script
LOOKING = (1, 3, 5, 7, 9, 11)  # turns: hello, keys, login, session, facts
SWITCHING = ("wave gate", "well gate", "well shop", "wave desk", "well desk", "steady")
EVERYDAY = {
    (Loss.CUT,),
    *((Loss.CUT, 9), (Loss.KILLED, 3)),
    (CFA2, Loss.KILLED, "wave gate"),
}


def cases(*told: Iterable[Any]) -> list[Any]:
    """Each with each; those that are not of every day are marked."""
    return [
        pytest.param(*one, id=", ".join(map(str, one)), marks=() if one in EVERYDAY else (pytest.mark.every,))
        for one in product(*told)
    ]


@pytest.fixture
def way(small: Small) -> Iterator[Road]:
    with road(small.host.address) as made:
        yield made


@pytest.fixture
async def trial(small: Small, way: Road) -> Trial:
    return await Trial.begin(evolve(small, road=way, stable_for=WATCHED))


@pytest.mark.row("caller or link gone while the host is looked at", "nothing was touched")
@pytest.mark.parametrize(("loss", "turn"), cases(Loss, LOOKING))
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
@pytest.mark.parametrize("loss", cases(Loss))
@each_condition
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


@pytest.mark.row("caller or link gone while the switch is sent", "all old; what arrives whole is carried out: all new")
@pytest.mark.parametrize("loss", cases(Loss))
async def test_who_is_gone_while_the_switch_is_sent_leaves_no_half(trial: Trial, way: Road, loss: Loss) -> None:
    with deploying(trial.small, trial.new) as caller:
        way.amid(ORDER, lambda: lose(loss, caller, way))
        said = await caller.said()
    way.clear()
    assert_told(loss, said)
    await trial.ended()
    arrived = 2 in trial.small.records()  # a caller's kernel and a road that is clear again carry the other half
    assert not (arrived and loss is Loss.CUT)
    await trial.is_all(trial.new if arrived else trial.old, State.HEALTHY)


@pytest.mark.row("caller or link gone during the switch", "the host ends the switch by itself: all new")
@pytest.mark.parametrize(
    ("condition", "loss", "step"),
    [
        *cases((CFA2,), Loss, SWITCHING),
        *cases((WITH_DEBIAN_COMPOSE,), (Loss.KILLED,), ("wave gate", "well shop", "wave desk")),
    ],
    indirect=["condition"],
)
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
