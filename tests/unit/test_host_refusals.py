"""What forbids a release, from data alone: every sentence with its mend."""

from typing import Any

import pytest
from attrs import evolve

from ci.host.plan import plan
from ci.host.stack import Stack
from tests.support.host.cases import CATALOGUE, COMPOSE, FACTS, STACK, WANTED, released


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


def test_another_value_than_gits_is_named_by_its_key_alone() -> None:
    facts = evolve(FACTS, environment={"CI_REGISTRY_IMAGE": "another", "SHOP_PASSWORD": "x"})
    (sentence,) = plan(WANTED, STACK, facts).refusals
    assert sentence.startswith(".env on cfa2 gives CI_REGISTRY_IMAGE another value than git: ")
