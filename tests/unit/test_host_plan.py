"""What a plan decides, from data alone."""

from typing import Any

import pytest
from attrs import evolve

from ci.catalogue import Host
from ci.host.facts import Container
from ci.host.orders import record, table
from ci.host.plan import Action, Plan, plan
from ci.host.release import State
from ci.host.stack import Stack
from ci.host.wanted import Wanted
from ci.lock import Image, Lock, Status
from tests.support.host.cases import CATALOGUE, COMPOSE, FACTS, NEW, OLD, STACK, WANTED, container, released


def steps(made: Plan) -> dict[str, tuple[Action, str]]:
    return {step.service: (step.action, step.cause) for step in made.steps}


def test_only_what_differs_is_replaced() -> None:
    made = plan(evolve(WANTED, images={**OLD, "shop": NEW["shop"]}), STACK, FACTS)
    assert made.refusals == ()
    assert steps(made) == {"gate": (Action.KEEP, "runs it already"), "shop": (Action.REPLACE, "new image")}
    assert table(made) == (
        f"0 shop-service SHOP_IMAGE {NEW['shop']} {OLD['shop']} "
        "http://127.0.0.1:1002/health http://127.0.0.1:1002/version"
    )


@pytest.mark.parametrize(("published", "deploys", "age"), [(811, 820, 811), (812, None, 812), (None, 820, 820)])
def test_a_release_is_as_old_as_the_pipeline_that_published_it(
    published: int | None, deploys: int | None, age: int | None
) -> None:
    image = Image(service="shop", status=Status.BUILT, cause="", inputs="k", seconds=0, ref="r/shop", digest="sha256:1")
    lock = Lock(commit="c", created="2026", requested=("shop",), images=(image,), order=published)
    host = Host(name="cfa2", address="192.0.2.10", user="user", directory="/srv/cfa", compose="deploy", place="a line")
    wanted = Wanted.of(lock, host, order=deploys, allow_older=False)
    assert (wanted.order, wanted.locked, wanted.images) == (age, "2026", {"shop": "r/shop@sha256:1"})


def test_a_rollback_gives_the_earlier_release_as_its_cause() -> None:
    back = evolve(WANTED, images={**OLD, "shop": NEW["shop"]}, cause="release 6 ran it")
    assert steps(plan(back, STACK, FACTS))["shop"] == (Action.REPLACE, "release 6 ran it")


@pytest.mark.parametrize(
    ("compose", "variables", "changed"),
    [
        pytest.param(COMPOSE, "SHOP_PASSWORD=\n", (), id="nothing"),
        pytest.param(COMPOSE.replace("PASSWORD: ", "WORD: "), "SHOP_PASSWORD=\n", ("shop",), id="its environment"),
        pytest.param(COMPOSE, "SHOP_PASSWORD=given\n", ("shop",), id="a value that git gives"),
        pytest.param(COMPOSE, "SHOP_PASSWORD=\nOTHER=x\n", (), id="a value that it does not use"),
        pytest.param(f"{COMPOSE}  # a comment\n", "SHOP_PASSWORD=\n", (), id="a comment"),
    ],
)
def test_a_service_is_brought_up_anew_when_its_part_of_the_compose_file_changed(
    compose: str, variables: str, changed: tuple[str, ...]
) -> None:
    stack = Stack.read(compose, f"CI_REGISTRY_IMAGE=r/p\n{variables}", CATALOGUE, "deploy/x")
    definitions = {entry.service.name: entry.definition for entry in STACK.entries}
    facts = evolve(FACTS, compose=compose.encode(), releases=(released(1, definitions=definitions),))
    made = plan(evolve(WANTED, images=OLD), stack, facts)
    assert {step.service: step.cause for step in made.changes} == dict.fromkeys(
        changed, "its part of docker-compose.yml changed"
    )
    kept = record(made, began="2026", by="me", run="r").definitions
    assert kept == {entry.service.name: entry.definition for entry in stack.entries}


def test_the_same_again_is_nothing_to_do() -> None:
    assert plan(evolve(WANTED, images=OLD), STACK, FACTS).changes == ()


@pytest.mark.parametrize(
    ("containers", "expected"),
    [
        ((), (Action.START, "has no container")),
        ((container("gate", "r/p/gate:dev"),), (Action.REPLACE, "runs gate:dev, put there by hand")),
        ((container("gate", NEW["gate"], state="exited"),), (Action.REPLACE, "is exited")),
        ((container("gate", NEW["gate"], health="unhealthy"),), (Action.KEEP, "runs it already, and is unhealthy")),
        (
            (container("gate", NEW["gate"]), container("gate", OLD["gate"])),
            (Action.REPLACE, "its last switch was interrupted"),
        ),
    ],
)
def test_each_state_of_a_container_has_its_action(
    containers: tuple[Container, ...], expected: tuple[Action, str]
) -> None:
    made = plan(WANTED, STACK, evolve(FACTS, containers=containers))
    assert steps(made)["gate"] == expected


def test_what_an_interrupted_switch_touched_is_replaced_also_when_it_is_not_wanted() -> None:
    broken = evolve(FACTS, releases=(released(1), released(2, State.SWITCHING)), touched=frozenset({"shop-service"}))
    made = plan(evolve(WANTED, images={"gate": OLD["gate"]}), STACK, broken)
    assert steps(made)["shop"] == (Action.REPLACE, "its last switch was interrupted")
    assert made.steps[1].new == OLD["shop"]
    assert made.notes == ("release 2 (old) was interrupted: the next deploy or rollback ends it",)


@pytest.mark.parametrize(
    ("state", "told", "sentence"),
    [
        (State.HEALTHY, {}, None),
        (State.SWITCHING, {"owner": "release 2 by job 7"}, None),
        (State.SWITCHING, {}, "release 2 (old) was interrupted: the next deploy or rollback ends it"),
        (
            State.BROKEN,
            {"ended": "both are exited"},
            "release 2 (old) failed and so did the way back (both are exited): the next deploy or rollback ends it",
        ),
        (State.ROLLED_BACK, {"ended": "shop is unhealthy"}, "release 2 (old) was rolled back: shop is unhealthy"),
    ],
)
def test_whoever_calls_next_is_told_how_the_last_switch_ended(
    state: State, told: dict[str, Any], sentence: str | None
) -> None:
    facts = evolve(FACTS, releases=(released(1), released(2, state)), **told)
    assert plan(WANTED, STACK, facts).notes == ((sentence,) if sentence else ())


def test_a_failure_returns_to_the_last_healthy_release_and_without_one_to_what_ran() -> None:
    by_hand = evolve(FACTS, containers=(container("gate", "r/p/gate:dev"),))
    assert [step.back for step in plan(WANTED, STACK, by_hand).steps] == [OLD["gate"], OLD["shop"]]
    assert [step.back for step in plan(WANTED, STACK, evolve(by_hand, releases=())).steps] == ["r/p/gate:dev", ""]
