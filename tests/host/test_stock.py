"""What a host keeps of its releases, and what a release of fewer services, or onto a person's own, leaves alone."""

import pytest
from attrs import evolve

from ci.host.plan import Action
from ci.host.report import verdict
from ci.host.wanted import Wanted
from tests.support.host.apps import Behaviour
from tests.support.host.small import SERVICES, Small
from tests.support.registry import READER, Fault, Reply


@pytest.mark.every
async def test_the_last_five_healthy_releases_keep_their_images_and_no_others(small: Small) -> None:
    first = small.release("release 1")
    releases = [first, *(later(small, first, f"release {number}") for number in range(2, 8))]
    own = first.images["shop"]
    await small.seed(first)
    small.host.docker("run", "--detach", "--name", "own", "--entrypoint", "sleep", own, "3600")
    for one in releases[1:]:
        await small.seed(one)

    assert kept(small) == {(name, f"cfa.r{number:06d}") for name in SERVICES for number in range(3, 8)}
    assert sorted(small.records()) == [3, 4, 5, 6, 7]
    there = set(small.host.docker("image", "ls", "--digests", "--format", "{{.Repository}}@{{.Digest}}").split())
    expected = {ref for one in releases[2:] for ref in one.images.values()} | {own}
    gone = {ref for one in releases[:2] for ref in one.images.values()} - expected
    assert (expected - there, gone & there) == (set(), set())

    small.registry.faults.add(Fault(effect=Reply(503), times=None))
    done = await small.roll_back(3)
    assert verdict(done) == "deployed release 3 to cfa2 as release 8: 1 changed, 2 kept"
    assert small.images() == releases[2].images


async def test_a_release_of_fewer_services_leaves_the_others_as_they_run(small: Small) -> None:
    one = small.release("one")
    await small.seed(one)
    before = small.running()
    two = small.image("shop", Behaviour(release="two"))
    alone = evolve(one, commit="two", locked="two", images={"shop": two})
    done = await small.deploy(alone)
    assert [(step.service, step.action, step.cause) for step in done.plan.steps] == [
        ("gate", Action.LEAVE, "not in this release"),
        ("shop", Action.REPLACE, "new image"),
        ("desk", Action.LEAVE, "not in this release"),
    ]
    assert small.images() == {**one.images, "shop": two}
    assert {name: small.running()[name] == before[name] for name in SERVICES} == {
        "gate": True,
        "shop": False,
        "desk": True,
    }
    assert (await small.status()).faults == ()
    assert small.records()[2]["images"] == small.images()


async def test_a_first_deploy_onto_what_a_person_started_by_hand_is_a_plan_like_any_other(small: Small) -> None:
    by_hand(small)
    assert set(small.images().values()) == {f"{small.registry.address}/group/project/{name}:dev" for name in SERVICES}
    login = small.host.read("/home/user/.docker/config.json")

    one = small.release("one")
    done = await small.deploy(one)
    assert [(step.action, step.cause) for step in done.plan.steps] == [
        (Action.REPLACE, f"runs {name}:dev, put there by hand") for name in SERVICES
    ]
    assert verdict(done) == "deployed one to cfa2 as release 1: 3 changed, 0 kept"
    assert small.images() == one.images
    assert small.host.read("/home/user/.docker/config.json") == login


async def test_a_first_deploy_that_fails_goes_back_to_what_a_person_had_started(small: Small) -> None:
    by_hand(small)
    before = small.images()
    done = await small.deploy(small.release("one", desk=Behaviour(release="bad", exits_after=0)))
    assert verdict(done) == "rolled back to what ran before: desk ends again and again"
    assert small.images() == before


def later(small: Small, first: Wanted, name: str) -> Wanted:
    """A release in which the shop alone is another."""
    return evolve(
        first, commit=name, locked=name, images={**first.images, "shop": small.image("shop", Behaviour(release=name))}
    )


def by_hand(small: Small) -> None:
    """As a person does in /srv/cfa: their own login, and the tags that mean dev."""
    for name in SERVICES:
        small.tag(name, "dev", small.image(name, Behaviour(release="by hand")))
    login = ("docker", "login", "--username", READER.user, "--password-stdin", small.registry.address)
    small.host.run("runuser", "-u", "user", "--", "env", "HOME=/home/user", *login, stdin=READER.password)
    small.host.as_user("cd /srv/cfa && docker compose pull --quiet && docker compose up --detach --wait")


def kept(small: Small) -> set[tuple[str, str]]:
    """The keep tags of the project: service and release."""
    listing = small.host.docker(
        "image", "ls", "--filter", f"reference=ois-keep/*:{small.project}.*", "--format", "{{.Repository}} {{.Tag}}"
    )
    return {(name.removeprefix("ois-keep/"), tag) for name, tag in map(str.split, listing.splitlines())}
