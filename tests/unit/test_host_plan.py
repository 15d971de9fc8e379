"""What a plan decides and refuses, from data alone."""

import json
from typing import Any, Final

import pytest
from attrs import evolve

from ci.catalogue import load
from ci.host.facts import Container, Facts
from ci.host.orders import record, stock, table
from ci.host.plan import Action, Plan, plan
from ci.host.release import Release, State
from ci.host.stack import Stack
from ci.host.wanted import Wanted

CATALOGUE: Final = load("""\
[kinds.app]
group = "apps"
dockerfile = "{name}/Dockerfile"
port = 8080
memory = "1MB"
seconds = 1
health = "/health"
version = "/version"

[services.gate]
kind = "app"
published = 1001

[services.shop]
kind = "app"
published = 1002
""")
COMPOSE: Final = """\
name: cfa
services:
  gate:
    image: ${GATE_IMAGE:-${CI_REGISTRY_IMAGE}/gate:dev}
    environment: { IMAGE_REF: "${GATE_IMAGE:-${CI_REGISTRY_IMAGE}/gate:dev}" }
  shop-service:
    image: ${SHOP_IMAGE:-${CI_REGISTRY_IMAGE}/shop:dev}
    environment: { PASSWORD: "${SHOP_PASSWORD}", IMAGE_REF: "${SHOP_IMAGE:-${CI_REGISTRY_IMAGE}/shop:dev}" }
"""
STACK: Final = Stack.read(COMPOSE, "CI_REGISTRY_IMAGE=r/p\nSHOP_PASSWORD=\n", CATALOGUE, "deploy/x")
OLD: Final = {name: f"r/p/{name}@sha256:{'0' * 64}" for name in ("gate", "shop")}
NEW: Final = {name: f"r/p/{name}@sha256:{'1' * 64}" for name in ("gate", "shop")}
WANTED: Final = Wanted(host="cfa2", directory="/srv/cfa", commit="new", locked="2026-02", images=NEW)


def container(service: str, image: str, **told: Any) -> Container:
    whole = {"id": service, "state": "running", "health": "healthy", "restarts": 0, "started": "2026", **told}
    return Container(service=service, name=f"cfa-{service}-1", image=image, **whole)


def released(number: int, state: State = State.HEALTHY, **told: Any) -> Release:
    whole = {"commit": "old", "locked": "2026-01", "order": None, "images": OLD, **told}
    return Release(number=number, state=state, began="2026", by="me", run=f"run{number}", **whole)


FACTS: Final = Facts(
    compose=COMPOSE.encode(),
    environment={"CI_REGISTRY_IMAGE": "", "SHOP_PASSWORD": "x"},
    engine="26.1.5",
    platform="linux/amd64",
    compose_version="2.29.7",
    free=10**10,
    containers=(container("gate", OLD["gate"]), container("shop-service", OLD["shop"])),
    releases=(released(1),),
)


@pytest.fixture(autouse=True)
def sound(monkeypatch: pytest.MonkeyPatch) -> None:
    """The host's values are git's, unless a test says otherwise."""
    monkeypatch.setattr(Facts, "holds", lambda *_: True)


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


@pytest.mark.parametrize(
    ("facts", "wanted", "sentence"),
    [
        ({"directory": "missing"}, {}, "/srv/cfa on cfa2 is missing"),
        ({"missing": ("curl",)}, {}, "cfa2 lacks curl: install them there"),
        ({"owner": "release 2 by job 7"}, {}, "another switch is going on: release 2 by job 7"),
        ({"compose": COMPOSE.replace("SHOP_PASSWORD", "X").encode()}, {}, "differs from git in line 8: change git or"),
        ({"compose": None}, {}, "there is no docker-compose.yml on cfa2: `dagger call install` copies it, once"),
        ({"environment": {"CI_REGISTRY_IMAGE": ""}}, {}, "SHOP_PASSWORD has no value in .env on cfa2"),
        ({"environment": {"SHOP_PASSWORD": "x"}}, {}, ".env on cfa2 lacks CI_REGISTRY_IMAGE, which git gives"),
        ({"platform": "linux/arm64"}, {}, "cfa2 is linux/arm64, the images are for linux/amd64"),
        ({"free": 1}, {"sizes": {"gate": 1000}}, "of disk free and 2 images take up to "),
        ({}, {"images": {"other": "r/p/other@sha256:1"}}, "cfa2 runs no service other: the lock of new names it"),
        (
            {},
            {"locked": "2025-12"},
            "release 1 (old) on cfa2 is newer than new: to go back call `dagger call rollback`",
        ),
        ({"releases": (released(1, order=5),)}, {"order": 4}, "is newer than new"),
        ({"compose_version": ""}, {}, "`docker compose` does not answer on cfa2: install its plugin there"),
        ({"silent": "timeout"}, {}, "Docker on cfa2 does not answer: timeout"),
    ],
)
def test_a_refusal_says_what_is_wrong_and_what_to_do(
    facts: dict[str, Any], wanted: dict[str, Any], sentence: str
) -> None:
    refusals = plan(evolve(WANTED, **wanted), STACK, evolve(FACTS, **facts)).refusals
    assert [one for one in refusals if sentence in one], refusals


def test_the_pipelines_numbers_decide_where_both_are_known() -> None:
    """A later pipeline may have been built earlier."""
    facts = evolve(FACTS, releases=(released(1, order=5),))
    assert plan(evolve(WANTED, locked="2025-12", order=6), STACK, facts).refusals == ()


def test_a_service_that_cannot_know_its_image_is_refused_for_it_would_be_taken_back() -> None:
    compose = COMPOSE.replace("IMAGE_REF", "ANOTHER").replace('${SHOP_IMAGE:-${CI_REGISTRY_IMAGE}/shop:dev}" }', 'x" }')
    stack = Stack.read(compose, "CI_REGISTRY_IMAGE=r/p\nSHOP_PASSWORD=\n", CATALOGUE, "deploy/x")
    (refusal,) = plan(WANTED, stack, evolve(FACTS, compose=compose.encode())).refusals
    assert refusal == (
        "shop is asked which image it runs, and nothing tells it: add IMAGE_REF with the value of its image to its "
        "environment in docker-compose.yml, or take `version` from services.toml"
    )


def test_an_older_one_is_deployed_when_that_is_asked_for() -> None:
    assert plan(evolve(WANTED, locked="2025-12", allow_older=True), STACK, FACTS).refusals == ()


def test_another_value_than_gits_is_named_by_its_key_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Facts, "holds", lambda *_: False)
    (sentence,) = plan(WANTED, STACK, FACTS).refusals
    assert sentence.startswith(".env on cfa2 gives CI_REGISTRY_IMAGE another value than git: ")


def test_five_healthy_releases_keep_their_images_and_older_ones_give_theirs_back() -> None:
    before = tuple(
        released(number, images={"gate": f"r/p/gate@sha256:{number}", "shop": OLD["shop"]}) for number in range(1, 7)
    )
    made = plan(WANTED, STACK, evolve(FACTS, releases=before))
    lines = stock(made, record(made, began="2026", by="me", run="r7")).splitlines()
    assert lines == [
        f"keep gate {NEW['gate']}",
        f"keep shop {NEW['shop']}",
        *("image ois-keep/gate:r000001", "image ois-keep/shop:r000001", "image r/p/gate@sha256:1"),
        *("file 000001.json", "file run-run1.log", "file run-run1.out"),
        *("image ois-keep/gate:r000002", "image ois-keep/shop:r000002", "image r/p/gate@sha256:2"),
        *("file 000002.json", "file run-run2.log", "file run-run2.out"),
    ]


def test_a_record_names_every_service_that_runs_after_it() -> None:
    made = plan(evolve(WANTED, images={"gate": NEW["gate"]}), STACK, FACTS)
    new = record(made, began="2026", by="me", run="r2")
    assert (new.number, new.state, new.changed) == (2, State.SWITCHING, ("gate",))
    assert (new.before, new.causes) == ({"gate": OLD["gate"]}, {"gate": "new image"})
    assert new.images == {"gate": NEW["gate"], "shop": OLD["shop"]}
    assert Release.from_json(new.to_json()) == new


@pytest.mark.parametrize("change", [{"before": None, "causes": None}, {"colour": "blue"}], ids=["older", "newer"])
def test_a_record_of_another_checkout_is_read(change: dict[str, str | None]) -> None:
    data = {**json.loads(released(1).to_json()), **change}
    known = {key: value for key, value in data.items() if value is not None or key == "order"}
    assert Release.from_json(json.dumps(known)) == released(1)


@pytest.mark.parametrize("text", ["", "{", '{"number": 1}', "[]"])
def test_half_a_record_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Release.from_json(text)
