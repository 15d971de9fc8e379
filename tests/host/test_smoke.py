"""A look at a host through its SSH, and what a red one does to the deploy before it."""

import pytest
from attrs import evolve

from ci.catalogue.tables import SmokeTable
from ci.errors import DeployFailed, HostUnreachable
from ci.host.deploy import Deployed
from ci.host.release import State
from ci.host.report import releases_answer, status_answer
from ci.host.site import Site
from ci.smoke import after
from ci.smoke.after import judge, red_checks
from ci.smoke.smoke import Status, run_checks
from tests.support.host.small import Small
from tests.support.host.trial import said

ANNA = SmokeTable(user="anna", password="nobody's")  # of no realm


def portals(site: Site) -> Site:
    """The same host, of whose services the catalogue says that people sign in there; nobody can."""
    services = tuple(evolve(service, sign_in="/health") for service in site.catalogue.services)
    return evolve(site, catalogue=evolve(site.catalogue, services=services))


async def released(small: Small, name: str) -> Deployed:
    done = await small.deploy(small.release(name))
    assert done.ended
    assert done.ended.state is State.HEALTHY, done
    return done


async def test_each_service_is_asked_by_a_way_through_the_link(small: Small) -> None:
    await released(small, "one")
    looks = await run_checks(small.site, None)
    assert [(one.service, one.did, one.status) for one in looks] == [
        (name, "health", Status.GREEN) for name in ("gate", "shop", "desk")
    ]


async def test_a_green_look_is_in_the_record(small: Small) -> None:
    await judge(small.site, await released(small, "one"), None, ())
    (release,) = (await small.status()).facts.releases
    assert (release.smoke, release.state) == ("green", State.HEALTHY)
    assert "green" in releases_answer([release], as_json=False)


async def test_a_red_look_brings_back_the_release_before(small: Small) -> None:
    first = small.release("one")
    await small.seed(first)
    done = await released(small, "two")
    with pytest.raises(DeployFailed) as failed:
        await judge(portals(small.site), done, ANNA, ())
    *reds, last = str(failed.value).splitlines()
    assert reds[0].startswith(f"gate: http://{small.host.address}:58081/health did not lead to Keycloak's form: ")
    assert last == "rolled back to one: smoke of release 2 was red"
    assert small.images() == first.images
    assert "release 2 (two) was well, and its smoke was red" in status_answer(await small.status(), as_json=False)
    releases = (await small.status()).facts.releases
    assert [(one.number, one.smoke, one.state) for one in releases] == [
        (1, "", State.HEALTHY),
        (2, "red", State.HEALTHY),
        (3, "", State.HEALTHY),
    ]


@pytest.mark.every
async def test_a_release_that_people_could_not_use_is_no_way_back(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor where the call that found so was cut off before it took the release back."""

    async def cut_off(_site: Site, _number: int) -> str:
        raise HostUnreachable

    await small.seed(small.release("a"))
    with monkeypatch.context() as patched:
        patched.setattr(after, "_back", cut_off)
        with pytest.raises(HostUnreachable):
            await judge(portals(small.site), await released(small, "b"), ANNA, ())
    await released(small, "c")
    assert await said(small.roll_back()) == "deployed a to cfa2 as release 4: 3 changed, 0 kept"


async def test_the_first_release_stays_when_it_is_red_and_says_so(small: Small) -> None:
    done = await released(small, "one")
    with pytest.raises(
        DeployFailed,
        match="release 1 is red, and it was left as it is: cfa2 has no healthy record of an earlier release",
    ):
        await judge(portals(small.site), done, ANNA, ())
    assert small.images() == small.release("one").images


@pytest.mark.every
async def test_what_was_red_before_forbids_no_deploy(small: Small) -> None:
    await small.seed(small.release("one"))
    site = portals(small.site)
    before = await run_checks(site, ANNA)
    assert {one.status for one in before if one.did == "sign-in"} == {Status.RED}
    await judge(site, await released(small, "two"), ANNA, red_checks(before))
    assert small.images() == small.release("two").images
    assert (await small.status()).facts.releases[-1].smoke == "red before"


@pytest.mark.every
async def test_a_release_that_came_meanwhile_is_not_taken_back(small: Small) -> None:
    await small.seed(small.release("a"))
    done = await released(small, "b")
    await small.seed(small.release("c"))
    with pytest.raises(DeployFailed, match="it was left as it is: cfa2 was deployed to meanwhile"):
        await judge(portals(small.site), done, ANNA, ())
    assert small.images() == small.release("c").images


@pytest.mark.every
async def test_after_two_releases_that_nobody_could_use_there_is_none_to_go_back_to(small: Small) -> None:
    for name in ("a", "b"):
        with pytest.raises(DeployFailed, match="no healthy record of an earlier release: there are none"):
            await judge(portals(small.site), await released(small, name), ANNA, ())
    assert small.images() == small.release("b").images


@pytest.mark.row("a job cut off between the switch and its second smoke check, and repeated", "rolled back")
@pytest.mark.every
async def test_a_repeated_deploy_still_finds_what_its_release_broke(small: Small) -> None:
    one, two = small.release("one"), evolve(small.release("two"), red_before=())
    await small.seed(one)
    await small.seed(two)
    site = portals(small.site)
    before = red_checks(await run_checks(site, ANNA))  # by now the release has broken it
    repeated = await small.deploy(two)
    assert repeated.ended is None
    with pytest.raises(DeployFailed, match="rolled back to one: smoke of release 2 was red"):
        await judge(site, repeated, ANNA, before)
    assert small.images() == one.images
    assert await said(small.roll_back(2)) == (
        "DeployRefused: cfa2 has no healthy record of release 2: there are 1, 3; "
        "`--to NUMBER` brings one of them back\nrefused: nothing was touched on cfa2"
    )
