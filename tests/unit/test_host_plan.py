"""What a plan decides, from data alone."""

from typing import Any, Final

import pytest
from attrs import evolve

from ci.catalogue import Host
from ci.compose.project import ComposeMount
from ci.host.container import Container
from ci.host.facts import Definitions
from ci.host.orders import table
from ci.host.plan import Action, Plan, plan
from ci.host.release import State
from ci.host.wanted import Wanted
from ci.lock import Image, Lock, Status
from tests.support.host.cases import (
    CATALOGUE,
    ENVIRONMENT,
    FACTS,
    GIT,
    HASHES,
    NEW,
    OLD,
    PROJECT,
    SERVICES,
    WANTED,
    container,
    released,
)

URLS: Final = "http://127.0.0.1:1002/health http://127.0.0.1:1002/version"


def steps(made: Plan) -> dict[str, tuple[Action, str]]:
    return {step.service: (step.action, step.cause) for step in made.steps}


def test_only_what_differs_is_replaced() -> None:
    made = plan(evolve(WANTED, images={**OLD, "shop": NEW["shop"]}), GIT, CATALOGUE, FACTS)
    assert made.refusals == ()
    assert steps(made) == {"gate": (Action.KEEP, "runs it already"), "shop": (Action.REPLACE, "new image")}
    assert table(made) == (f"0 shop-service service {NEW['shop']} {URLS} {OLD['shop']} {URLS}")


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
    assert steps(plan(back, GIT, CATALOGUE, FACTS))["shop"] == (Action.REPLACE, "release 6 ran it")


def test_a_rollback_names_what_it_does_not_bring_back() -> None:
    shop = released(1, services=tuple(entry for entry in SERVICES if entry.service == "shop"))
    mounting = evolve(shop, services=(evolve(shop.services[0], files=("shop.conf",)),))
    facts = evolve(
        FACTS,
        releases=(mounting, released(2)),
        recorded={1: Definitions(sums={"shop.conf": "a"}, variables=ENVIRONMENT)},
        sums={"shop.conf": "b"},
        environment={**ENVIRONMENT, "SHOP_PASSWORD": "hash of y"},
    )
    made = plan(evolve(WANTED, images={"shop": OLD["shop"]}, earlier=1), GIT, CATALOGUE, facts)
    assert made.notes == (
        "shop.conf changed since release 1 and stays as it is",
        "SHOP_PASSWORD in .env changed since release 1 and stays as it is",
        "gate runs on: release 1 did not have it",
    )


OTHER: Final = {**HASHES, "shop-service": "another hash"}
ROTATED: Final = {**ENVIRONMENT, "SHOP_PASSWORD": "hash of y"}


@pytest.mark.parametrize(
    ("facts", "cause"),
    [
        pytest.param({}, "", id="nothing"),
        pytest.param({"running": OTHER}, "changed definition", id="its definition"),
        pytest.param(
            {"running": OTHER, "environment": ROTATED},
            "changed definition: SHOP_PASSWORD in .env",
            id="a rotated secret",
        ),
        pytest.param({"environment": ROTATED}, "", id="a value that it does not read"),
        pytest.param({"compose_version": "2.40.0", "running": OTHER, "released": OTHER}, "", id="another Compose"),
        pytest.param({"sums": {"shop.conf": "b"}}, "changed file shop.conf", id="a file that it mounts"),
    ],
)
def test_a_service_differs_when_compose_says_so(facts: dict[str, Any], cause: str) -> None:
    mounts = (ComposeMount(kind="volumes", source="shop.conf", target="/c"),)
    shop = evolve(PROJECT.services["shop-service"], mounts=mounts)
    project = evolve(PROJECT, services={**PROJECT.services, "shop-service": shop})
    recorded = {1: Definitions(hashes=HASHES, variables=ENVIRONMENT, sums={"shop.conf": "a"})}
    told = {"project": project, "recorded": recorded, "sums": {"shop.conf": "a"}, **facts}
    made = plan(evolve(WANTED, images=OLD), GIT, CATALOGUE, evolve(FACTS, **told))
    assert {step.service: step.cause for step in made.changes} == ({"shop": cause} if cause else {})


def test_a_new_image_and_a_changed_definition_are_both_named() -> None:
    made = plan(WANTED, GIT, CATALOGUE, evolve(FACTS, running=OTHER))
    assert steps(made)["shop"] == (Action.REPLACE, "new image and changed definition")


@pytest.mark.parametrize(("label", "changed"), [("hash of gate", ()), ("an older one", ("gate",))])
def test_what_no_release_with_a_folder_made_is_compared_by_its_label(label: str, changed: tuple[str, ...]) -> None:
    containers = (
        container("gate", OLD["gate"], hash=label),
        container("shop-service", OLD["shop"], hash="hash of shop"),
    )
    facts = evolve(FACTS, recorded={}, releases=(released(1, services=()),), containers=containers)
    made = plan(evolve(WANTED, images=OLD), GIT, CATALOGUE, facts)
    assert tuple(step.service for step in made.changes) == changed


WORKER: Final = evolve(
    PROJECT.services["gate"], name="worker", healthcheck={"test": ["CMD", "true"]}, environment={}, ports=()
)
TWO: Final = evolve(PROJECT, services={**PROJECT.services, "worker": WORKER})


def test_services_on_one_image_are_one_decision() -> None:
    facts = evolve(FACTS, project=TWO, containers=(*FACTS.containers, container("worker", OLD["gate"])))
    made = plan(evolve(WANTED, images={**OLD, "gate": NEW["gate"]}), GIT, CATALOGUE, facts)
    assert steps(made) == {
        "gate": (Action.REPLACE, "new image"),
        "worker": (Action.REPLACE, "new image"),
        "shop": (Action.KEEP, "runs it already"),
    }
    assert [row.split(" ")[4:6] for row in table(made).splitlines()] == [
        ["http://127.0.0.1:1001/health", "http://127.0.0.1:1001/version"],
        ["-", "-"],
    ]
    facts = evolve(
        facts, recorded={1: Definitions(hashes={**HASHES, "worker": "old"})}, running={**HASHES, "worker": "n"}
    )
    made = plan(evolve(WANTED, images=OLD), GIT, CATALOGUE, facts)
    assert steps(made)["gate"] == (Action.REPLACE, "runs the image of worker")


def test_a_job_runs_before_its_group_and_only_when_something_changed() -> None:
    migration = evolve(PROJECT.services["gate"], name="migration", restart="no", environment={}, ports=())
    project = evolve(PROJECT, services={**PROJECT.services, "migration": migration})
    ended = container("migration", OLD["gate"], state="exited", exit_code=0)
    facts = evolve(FACTS, project=project, containers=(*FACTS.containers, ended))
    assert steps(plan(evolve(WANTED, images=OLD), GIT, CATALOGUE, facts))["migration"] == (
        Action.KEEP,
        "has run already",
    )
    made = plan(WANTED, GIT, CATALOGUE, facts)
    assert [tuple(row.split(" ")[:3]) for row in table(made).splitlines()] == [
        ("0", "migration", "job"),
        ("1", "gate", "service"),
        ("1", "shop-service", "service"),
    ]


def test_a_rollback_is_by_the_earlier_releases_own_definitions_and_drift_is_only_noted() -> None:
    releases = (released(1), released(2, images=NEW))
    recorded = {
        number: Definitions(hashes=hashes, variables=ENVIRONMENT) for number, hashes in {1: OTHER, 2: HASHES}.items()
    }
    running = tuple(container(name, NEW[service]) for name, service in {"gate": "gate", "shop-service": "shop"}.items())
    facts = evolve(
        FACTS, releases=releases, recorded=recorded, containers=running, project=None, refused="a: b", compose=b"other"
    )
    back = evolve(WANTED, images=NEW, earlier=1, allow_older=True, cause="release 1 ran it")
    made = plan(back, GIT, CATALOGUE, facts)
    assert made.refusals == ()
    assert steps(made)["shop"] == (Action.REPLACE, "changed definition")
    assert any(note.startswith("docker-compose.yml on cfa2 differs from git") for note in made.notes)


def test_the_same_again_is_nothing_to_do() -> None:
    assert plan(evolve(WANTED, images=OLD), GIT, CATALOGUE, FACTS).changes == ()


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
    made = plan(WANTED, GIT, CATALOGUE, evolve(FACTS, containers=containers))
    assert steps(made)["gate"] == expected


def test_what_an_interrupted_switch_touched_is_replaced_also_when_it_is_not_wanted() -> None:
    broken = evolve(FACTS, releases=(released(1), released(2, State.SWITCHING)), touched=frozenset({"shop-service"}))
    made = plan(evolve(WANTED, images={"gate": OLD["gate"]}), GIT, CATALOGUE, broken)
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
    assert plan(WANTED, GIT, CATALOGUE, facts).notes == ((sentence,) if sentence else ())


def test_a_failure_returns_to_the_last_healthy_release_and_without_one_to_what_ran() -> None:
    by_hand = evolve(FACTS, containers=(container("gate", "r/p/gate:dev"),))
    assert [step.back for step in plan(WANTED, GIT, CATALOGUE, by_hand).steps] == [OLD["gate"], OLD["shop"]]
    assert [step.back for step in plan(WANTED, GIT, CATALOGUE, evolve(by_hand, releases=())).steps] == [
        "r/p/gate:dev",
        "",
    ]
