"""What forbids a release, from data alone: every sentence with its mend."""

from hashlib import sha256
from typing import Any, Final

import pytest
from attrs import evolve

from ci.compose.project import ComposeMount, ComposePort
from ci.host.facts import EnvLine
from ci.host.plan import plan
from tests.support.host.cases import CATALOGUE, COMPOSE, ENVIRONMENT, FACTS, GIT, PROJECT, WANTED, released

EMPTY: Final = sha256(b"").hexdigest()


@pytest.mark.parametrize(
    ("facts", "wanted", "sentence"),
    [
        ({"directory": "missing"}, {}, "/srv/cfa on cfa2 is missing"),
        ({"missing": ("curl",)}, {}, "cfa2 lacks curl: install them there"),
        ({"owner": "release 2 by job 7"}, {}, "another switch is going on: release 2 by job 7"),
        ({"compose": COMPOSE.replace("gate", "X").encode()}, {}, "differs from git in line 3: change git or"),
        (
            {"others": ("compose.yaml",)},
            {},
            "compose.yaml on cfa2 is not in git, and a person's `docker compose` reads it",
        ),
        ({"environment": {**ENVIRONMENT, "COMPOSE_FILE": "x"}}, {}, ".env on cfa2 sets COMPOSE_FILE: a person's"),
        ({"unread": (EnvLine(".env", "-", "-"),)}, {}, "Compose on cfa2 cannot read .env: write NAME='value'"),
        ({"unset": frozenset({"NONE"})}, {}, "docker-compose.yml needs NONE and .env on cfa2 lacks it: set it there"),
        ({"project": None, "refused": "a\nb"}, {}, "Compose on cfa2 refuses git's docker-compose.yml: b"),
        ({"compose": None}, {}, "there is no docker-compose.yml on cfa2: `dagger call install` copies it, once"),
        ({"environment": {"CI_REGISTRY_IMAGE": "hash of r/p"}}, {}, "SHOP_PASSWORD has no value in .env on cfa2"),
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
        (
            {},
            {"stand_ins": ("node:20",)},
            "new is built on stand-in images (node:20): publish it with the official engine",
        ),
        ({"compose_version": ""}, {}, "`docker compose` does not answer on cfa2: install its plugin there"),
        ({"silent": "timeout"}, {}, "Docker on cfa2 does not answer: timeout"),
    ],
)
def test_a_refusal_says_what_is_wrong_and_what_to_do(
    facts: dict[str, Any], wanted: dict[str, Any], sentence: str
) -> None:
    refusals = plan(evolve(WANTED, **wanted), GIT, CATALOGUE, evolve(FACTS, **facts)).refusals
    assert [one for one in refusals if sentence in one], refusals


def test_the_pipelines_numbers_decide_where_both_are_known() -> None:
    """A later pipeline may have been built earlier."""
    facts = evolve(FACTS, releases=(released(1, order=5),))
    assert plan(evolve(WANTED, locked="2025-12", order=6), GIT, CATALOGUE, facts).refusals == ()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        pytest.param(
            {"environment": {}},
            "shop is asked which image it runs, and nothing tells it: add IMAGE_REF with the value of its image to its "
            "environment in docker-compose.yml, or take `version` from services.toml",
            id="no version",
        ),
        pytest.param(
            {"image": "other"},
            "no service of docker-compose.yml runs shop: one must have image: "
            "${SHOP_IMAGE:-${CI_REGISTRY_IMAGE}/shop:dev}",
            id="nobody",
        ),
        pytest.param(
            {"keys": frozenset({"container_name"})},
            "docker-compose.yml:4: container_name of shop-service is refused: "
            "a deploy looks for PROJECT-shop-service-1",
            id="its own name",
        ),
        pytest.param(
            {"replicas": 2},
            "docker-compose.yml:4: replicas of shop-service are refused: a deploy watches one container of a service",
            id="replicas",
        ),
        pytest.param(
            {"ports": (ComposePort(host=None, container=8080),)},
            "docker-compose.yml:4: ports of shop-service are refused: its health is asked at 127.0.0.1:1002, "
            "which it must publish (no range)",
            id="a range of ports",
        ),
        pytest.param(
            {"ports": (ComposePort(host=1002, container=8080, address="192.0.2.7"),)},
            "docker-compose.yml:4: ports of shop-service are refused: its health is asked at 127.0.0.1:1002, "
            "which it must publish (no range)",
            id="published elsewhere",
        ),
        pytest.param(
            {"mounts": (ComposeMount(kind="secrets", name="key", source="", target="/k", is_external=True),)},
            "docker-compose.yml:4: secrets of shop-service are refused: key is external, which needs Swarm",
            id="a secret of a Swarm",
        ),
    ],
)
def test_a_service_that_a_switch_cannot_follow_is_refused(change: dict[str, Any], sentence: str) -> None:
    shop = evolve(PROJECT.services["shop-service"], **change)
    project = evolve(PROJECT, services={**PROJECT.services, "shop-service": shop})
    assert sentence in plan(WANTED, GIT, CATALOGUE, evolve(FACTS, project=project)).refusals


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("include: [../base.yml]\n", "docker-compose.yml:1: include of ../base.yml is refused: "),
        ("services:\n  a:\n    extends: {file: /b.yml, service: a}\n", "docker-compose.yml:3: extends of /b.yml is "),
        ("include: [./beside.yml]\n", ""),
    ],
)
def test_another_compose_file_must_be_beside_gits(text: str, sentence: str) -> None:
    git = evolve(GIT, compose=text, beside={"beside.yml": ""})
    refusals = plan(WANTED, git, CATALOGUE, evolve(FACTS, compose=text.encode(), beside={"beside.yml": EMPTY})).refusals
    assert [refusal for refusal in refusals if sentence and refusal.startswith(sentence)] == list(refusals)


@pytest.mark.parametrize(
    ("engine", "sentences"),
    [
        (
            "20.10.24+dfsg1",
            ["docker-compose.yml:4: start_interval needs Docker 25, cfa2 has 20.10.24+dfsg1: remove it"],
        ),
        ("25.0.0", []),
        ("", []),
    ],
)
def test_a_health_check_that_docker_does_not_know_is_refused(engine: str, sentences: list[str]) -> None:
    shop = evolve(PROJECT.services["shop-service"], healthcheck={"test": ["CMD", "true"], "start_interval": "1s"})
    project = evolve(PROJECT, services={**PROJECT.services, "shop-service": shop})
    assert [*plan(WANTED, GIT, CATALOGUE, evolve(FACTS, project=project, engine=engine)).refusals] == sentences


def test_a_worker_without_a_health_check_is_refused() -> None:
    worker = evolve(PROJECT.services["gate"], name="worker", ports=())
    project = evolve(PROJECT, services={**PROJECT.services, "worker": worker})
    (refusal,) = plan(WANTED, GIT, CATALOGUE, evolve(FACTS, project=project)).refusals
    assert refusal == (
        "nothing tells whether worker is healthy: give it a healthcheck in docker-compose.yml, or its kind `health` in "
        "services.toml"
    )


def test_a_file_beside_that_is_not_gits_is_named() -> None:
    git = evolve(GIT, beside={"realm.json": "{}"})
    (refusal,) = plan(WANTED, git, CATALOGUE, FACTS).refusals
    assert refusal.startswith("realm.json on cfa2 differs from git: ")


def test_an_older_one_is_deployed_when_that_is_asked_for() -> None:
    assert plan(evolve(WANTED, locked="2025-12", allow_older=True), GIT, CATALOGUE, FACTS).refusals == ()


def test_another_value_than_gits_is_named_by_its_key_alone() -> None:
    facts = evolve(FACTS, environment={**ENVIRONMENT, "CI_REGISTRY_IMAGE": "another"})
    (sentence,) = plan(WANTED, GIT, CATALOGUE, facts).refusals
    assert sentence.startswith(".env on cfa2 gives CI_REGISTRY_IMAGE another value than git: ")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"network_mode": "host"}, "host network of shop-service is followed: it is asked at port 1002"),
        ({"keys": frozenset({"profiles"})}, "profiles of shop-service are ignored: a deploy starts it"),
        ({"restart": "no"}, "shop-service is a job: a rollback does not undo what it did to data"),
    ],
)
def test_what_a_deploy_does_otherwise_is_noted_with_its_line(change: dict[str, Any], sentence: str) -> None:
    shop = evolve(PROJECT.services["shop-service"], **change)
    project = evolve(PROJECT, services={**PROJECT.services, "shop-service": shop})
    made = plan(WANTED, GIT, CATALOGUE, evolve(FACTS, project=project))
    assert (made.refusals, made.notes) == ((), (f"docker-compose.yml:4: {sentence}",))
