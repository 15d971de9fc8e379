"""A deploy ends all new and healthy, touching only what differs, or all old; and says which."""

import asyncio

import asyncssh
import pytest
from attrs import evolve

from ci.errors import DeployFailed, DeployRefused, Failed, HostKeyUnknown
from ci.host.plan import Action
from ci.host.release import State
from ci.host.report import deployed_answer, status_answer, verdict
from tests.support.host.apps import Behaviour
from tests.support.host.small import SERVICES, Small
from tests.support.registry import Account, Fault, Reply


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
    assert done.ended
    assert done.ended.silent["shop"] > 0
    assert "gate" not in done.ended.silent


@pytest.mark.row("never healthy, crash loops, dead after three seconds, old version", "rolled back, with the reason")
@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        pytest.param(Behaviour(release="bad", healthy_after=None), "shop is unhealthy", id="never healthy"),
        pytest.param(Behaviour(release="bad", exits_after=0), "shop ends again and again", id="crash loop"),
        pytest.param(
            Behaviour(release="bad", exits_after=0, healthcheck=False),
            "shop ends again and again",
            id="crash, unchecked",
        ),
        pytest.param(Behaviour(release="bad", exits_after=3), "shop ", id="dead after three seconds"),
        pytest.param(
            Behaviour(release="bad", claims="another"), "shop does not say at http://127.0.0.1:55001/version", id="old"
        ),
    ],
)
async def test_an_unhealthy_release_is_taken_back(small: Small, behaviour: Behaviour, reason: str) -> None:
    one = small.release("one")
    await small.deploy(one)
    files = small.files()
    done = await small.deploy(small.release("two", shop=behaviour))
    assert done.ended
    assert done.ended.state is State.ROLLED_BACK, small.journal(2)
    assert verdict(done).startswith(f"rolled back to release 1 (one): {reason}")
    with pytest.raises(DeployFailed, match=r"rolled back to release 1"):
        deployed_answer(done, as_json=False)
    assert small.images() == one.images
    assert {number: told["state"] for number, told in small.records().items()} == {1: "healthy", 2: "rolled-back"}
    assert (await small.status()).faults == ()
    assert small.files() == files
    assert small.running()["desk"].restarts == 0


async def test_a_failed_deploy_tells_what_the_service_said_last(small: Small) -> None:
    await small.deploy(small.release("one"))
    done = await small.deploy(small.release("two", shop=Behaviour(release="bad", exits_after=0)))
    assert done.ended
    assert "shop said: told to exit at once\n" in done.ended.said
    assert "Container" not in done.ended.said  # Compose's own progress would bury it


async def test_a_first_deploy_that_fails_leaves_nothing(small: Small) -> None:
    done = await small.deploy(small.release("one", gate=Behaviour(release="bad", exits_after=0)))
    assert verdict(done) == "rolled back to what ran before: gate ends again and again"
    assert small.running() == {}


@pytest.mark.row("registry down during a rollback", "rolled back from what the host kept")
async def test_a_rollback_needs_no_registry(small: Small) -> None:
    one, two = small.release("one"), small.release("two")
    await small.deploy(one)
    await small.deploy(two)
    small.registry.faults.add(Fault(effect=Reply(503), times=None))
    done = await small.roll_back()
    assert verdict(done) == "deployed one to cfa2 as release 3: 3 changed, 0 kept"
    assert small.images() == one.images
    with pytest.raises(DeployRefused, match="no healthy record of release 9: there are 1, 2, 3"):
        await small.roll_back(9)


@pytest.mark.row("compose file or .env edited on the host", "refused, each difference named")
async def test_files_changed_on_the_host_are_named_and_nothing_is_touched(small: Small) -> None:
    one = small.release("one")
    await small.deploy(one)
    before = small.running()
    small.host.sh("echo '# mine' >>/srv/cfa/docker-compose.yml")
    small.host.sh("sed -i 's/^CI_REG.*/CI_REGISTRY_IMAGE=other/; s/^SECRET=.*/SECRET=/' /srv/cfa/.env")
    with pytest.raises(DeployRefused) as refused:
        await small.deploy(small.release("two"))
    assert [sentence.partition(":")[0] for sentence in refused.value.faults] == [
        "docker-compose.yml on cfa2 differs from git in line 21",
        ".env on cfa2 gives CI_REGISTRY_IMAGE another value than git",
        "SECRET has no value in .env on cfa2",
    ]
    assert small.running() == before
    with pytest.raises(Failed, match=r"differs from git in line 21"):
        status_answer(await small.status(), as_json=False)


@pytest.mark.row("registry login refused", "refused, nothing was touched")
async def test_a_refused_login_touches_nothing_and_leaves_no_password(small: Small) -> None:
    with pytest.raises(DeployRefused, match=rf"{small.registry.address} refused the login of ci-pusher from cfa2"):
        await small.deploy(small.release("never pulled"), Account(user="ci-pusher", password="wrong"))
    assert small.running() == {}
    assert small.host.sh("grep -rl canary- /tmp /home /srv || true") == ""


@pytest.mark.row("one of the digests missing", "refused, nothing was touched")
async def test_an_image_that_is_gone_touches_nothing(small: Small) -> None:
    one = small.release("one")
    gone = evolve(one, images={**one.images, "desk": one.images["desk"][:-4] + "0000"})
    with pytest.raises(DeployRefused, match=r"could not pull .*nothing was touched: desk: .*manifest unknown"):
        await small.deploy(gone)
    assert small.running() == {}


@pytest.mark.row("wrong host key", "refused before any login")
async def test_another_host_key_is_refused_before_any_login(small: Small) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    site = evolve(small.site, known_hosts=f"{small.host.address} {other}")
    with pytest.raises(HostKeyUnknown, match="ssh-keyscan -t ed25519"):
        async with site.open():
            pass


@pytest.mark.row("two deploys at once", "one is done, the other refused")
async def test_two_deploys_at_once_are_one_and_a_refusal(small: Small) -> None:
    one, two = small.release("one"), small.release("two")
    ended = await asyncio.gather(small.deploy(one), small.deploy(two), return_exceptions=True)
    assert sorted(type(each).__name__ for each in ended) == ["DeployRefused", "Deployed"], ended
    winner = one if not isinstance(ended[0], BaseException) else two
    assert small.images() == winner.images
    assert len(small.records()) == 1
