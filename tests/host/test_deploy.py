"""A deploy ends all new and healthy, touching only what differs, or all old; and says which."""

import asyncio
import json
from typing import Final

import pytest
from attrs import evolve

from ci.errors import DeployFailed
from ci.host.plan import Action
from ci.host.release import State
from ci.host.report import deployed_answer, status_answer, verdict
from tests.support.host.apps import Behaviour
from tests.support.host.conditions import each_compose, each_condition
from tests.support.host.small import SERVICES, WATCHED, Small
from tests.support.host.trial import Trial, said
from tests.support.registry import Fault, Reply


@each_condition
async def test_the_first_deploy_starts_everything_and_the_second_has_nothing_to_do(small: Small) -> None:
    files = small.files()
    one = small.release("one")
    done = await small.deploy(one)
    assert verdict(done) == "deployed one to cfa2 as release 1: 3 changed, 0 kept"
    assert small.images() == one.images
    assert {name: small.answers(name)["image"] for name in SERVICES} == one.images
    assert (small.records()[1]["state"], small.records()[1]["images"]) == ("healthy", one.images)
    before = small.running()

    again = await small.deploy(one)
    assert verdict(again) == "nothing to do: cfa2 runs one"
    assert small.running() == before
    assert small.files() == files
    status = await small.status()
    assert "release 1 (one)" in status_answer(status, as_json=False)
    assert [one.service for one in status.facts.containers] == list(SERVICES)


@each_compose
async def test_only_the_service_whose_image_differs_is_replaced(small: Small) -> None:
    one = small.release("one")
    await small.deploy(one)
    before = small.running()
    two = evolve(
        one, commit="two", locked="two", images={**one.images, "shop": small.image("shop", Behaviour(release="two"))}
    )
    done = await small.deploy(two)
    assert [step.action for step in done.plan.steps] == [Action.KEEP, Action.REPLACE, Action.KEEP]
    after = small.running()
    assert small.images() == two.images
    assert {name: after[name] == before[name] for name in SERVICES} == {"gate": True, "shop": False, "desk": True}
    told = json.loads(deployed_answer(done, as_json=True))["steps"]
    silent = {step["service"]: step["silent"] for step in told}
    assert silent["shop"] > 0
    assert (silent["gate"], silent["desk"]) == (0, 0)


@pytest.mark.row("never healthy, crash loops, dead after three seconds, old version", "rolled back, with the reason")
@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        pytest.param(Behaviour(healthy_after=None), "shop is unhealthy", id="never healthy"),
        pytest.param(Behaviour(exits_after=0), "shop ends again and again", id="crash loop"),
        pytest.param(Behaviour(exits_after=0, healthcheck=False), "shop ends again and again", id="crash, unchecked"),
        pytest.param(Behaviour(exits_after=3), "shop ", id="dead after three seconds"),
        pytest.param(
            Behaviour(claims="another"),
            "shop does not say at http://127.0.0.1:55001/version",
            id="old",
            marks=pytest.mark.every,
        ),
    ],
)
async def test_an_unhealthy_release_is_taken_back(small: Small, behaviour: Behaviour, reason: str) -> None:
    trial = await Trial.begin(evolve(small, stable_for=WATCHED, healthy_within=20), shop=behaviour)
    line = await trial.deploy()
    assert line.startswith(f"rolled back to release 1 (one): {reason}"), small.journal(2)
    await trial.is_all(trial.old, State.ROLLED_BACK)
    assert small.running()["desk"].restarts == 0


async def test_a_failed_deploy_fails_its_call_and_tells_what_the_service_said_last(small: Small) -> None:
    await small.deploy(small.release("one"))
    done = await small.deploy(small.release("two", shop=Behaviour(release="bad", exits_after=0)))
    assert done.ended
    assert "shop said: told to exit at once\n" in done.ended.said
    assert "Container" not in done.ended.said  # Compose's own progress would bury it
    with pytest.raises(DeployFailed, match=r"rolled back to release 1"):
        deployed_answer(done, as_json=False)


LOUD: Final = """\
  loud:
    image: ${SHOP_IMAGE:-${CI_REGISTRY_IMAGE}/shop:dev}
    entrypoint: [sh, -c, 'echo "given $$SECRET"; exit 3']
    environment: { SECRET: "${SECRET}" }
    restart: "no"
"""


async def test_what_a_service_said_last_shows_no_secret(small: Small) -> None:
    loud = evolve(small, more=LOUD)
    loud.install()
    done = await loud.deploy(loud.release("one"))
    assert verdict(done) == "rolled back to what ran before: loud ended with 3"
    assert done.ended
    assert "loud said: given $SECRET\n" in done.ended.said


async def test_what_compose_said_of_a_service_shows_no_secret(small: Small) -> None:
    loud = evolve(small, more=LOUD.replace("[sh, -c, 'echo \"given $$SECRET\"; exit 3']", '["/bin/${SECRET}"]'))
    loud.install()
    done = await loud.deploy(loud.release("one"))
    assert verdict(done) == "rolled back to what ran before: docker compose up ended with 1 for loud"
    assert done.ended
    assert "/bin/$SECRET" in done.ended.said


async def test_a_first_deploy_that_fails_leaves_nothing(small: Small) -> None:
    done = await small.deploy(small.release("one", gate=Behaviour(release="bad", exits_after=0)))
    assert verdict(done) == "rolled back to what ran before: gate ends again and again"
    assert small.running() == {}


@pytest.mark.row("a release that ends at once", "rolled back, with the reason")
@each_condition
async def test_a_release_that_ends_at_once_is_taken_back(small: Small) -> None:
    trial = await Trial.begin(small, desk=Behaviour(exits_after=0))
    assert await trial.deploy() == "rolled back to release 1 (one): desk ends again and again"
    await trial.is_all(trial.old, State.ROLLED_BACK)


@pytest.mark.row("registry down during a rollback", "rolled back from what the host kept")
@each_condition
async def test_a_rollback_needs_no_registry(small: Small) -> None:
    trial = await Trial.begin(small)
    await trial.deploy()
    small.registry.faults.add(Fault(effect=Reply(503), times=None))
    done = await small.roll_back()
    assert verdict(done) == "deployed one to cfa2 as release 3: 3 changed, 0 kept"
    assert {step.cause for step in done.plan.steps} == {"release 1 ran it"}
    await trial.is_all(trial.old, State.HEALTHY)
    line = await said(small.roll_back(9))
    assert line.startswith(
        "DeployRefused: cfa2 has no healthy record of release 9: "
        "there are 1, 2, 3; `--to NUMBER` brings one of them back\n"
    )


@pytest.mark.row("two deploys at once", "one is done, the other refused")
@each_condition
async def test_two_deploys_at_once_are_one_and_a_refusal(small: Small) -> None:
    small = evolve(small, stable_for=WATCHED)
    trial = await Trial.begin(small)
    three = small.release("three")
    lines = await asyncio.gather(trial.deploy(), said(small.deploy(three)))
    winner = trial.new if lines[0].startswith("deployed") else three
    assert sorted(lines) == [
        busy(small),
        f"deployed {winner.commit} to cfa2 as release 2: 3 changed, 0 kept",
    ]
    await trial.is_all(winner, State.HEALTHY)
    assert sorted(small.records()) == [1, 2]


@pytest.mark.row("a deploy during another one's switch", "refused, told whose it is and since when")
async def test_who_comes_during_a_switch_is_told_whose_it_is_and_since_when(small: Small) -> None:
    small = evolve(small, stable_for=WATCHED)
    trial = await Trial.begin(small)
    three = small.release("three")
    first = asyncio.create_task(trial.deploy())
    await small.reached(2, "wave gate")
    assert await said(small.deploy(three)) == busy(small)
    assert await first == "deployed two to cfa2 as release 2: 3 changed, 0 kept"
    await trial.is_all(trial.new, State.HEALTHY)


def busy(small: Small) -> str:
    """What the one is told who comes while release 2 is being switched to."""
    return (
        f"DeployRefused: another switch is going on: release 2 by a test since {small.records()[2]['began']}; "
        "call again when it has ended\nrefused: nothing was touched on cfa2"
    )
