"""A pull that meets a bad registry or a full disk: tried again where that helps, else nothing is touched."""

import re
from collections.abc import Iterator

import pytest
from attrs import evolve

from ci.host.release import State
from tests.support.host.apps import Behaviour
from tests.support.host.host import Host
from tests.support.host.live import docker_host
from tests.support.host.small import Small
from tests.support.host.trial import Trial, said
from tests.support.registry import Authority, Cut, Fault, Hang, LiveRegistry, Place, Reply, Slow
from tests.support.registry.accounts import ODD

BLOBS = ".*/blobs/.*"
MEGABYTE = 10**6
DISK = 800 * MEGABYTE  # the base of the apps takes a third
FILLED = "/var/lib/docker/filled"


@pytest.mark.row("registry hangs, resets in mid-layer or answers 500, and then works", "pulled again, deployed")
@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault(effect=Reply(500), path=".*/manifests/.*"), id="500", marks=pytest.mark.every),
        pytest.param(
            Fault(effect=Cut(after=200), path=BLOBS, times=2), id="reset in mid-layer", marks=pytest.mark.every
        ),
        # Not in mid-layer: a layer that Docker waits for is waited for by every later pull of it too.
        pytest.param(Fault(effect=Hang(), path=".*/manifests/.*"), id="hangs", marks=pytest.mark.every),
        pytest.param(Fault(effect=Cut(after=0), path="/jwt/auth", passing=1), id="no token", marks=pytest.mark.every),
    ],
)
async def test_a_registry_that_fails_for_a_moment_is_asked_again(small: Small, fault: Fault) -> None:
    trial = await Trial.begin(small)
    small.registry.faults.add(fault)
    trial = evolve(trial, small=evolve(small, pull_within=20))
    assert await trial.deploy() == "deployed two to cfa2 as release 2: 3 changed, 0 kept"
    await trial.is_all(trial.new, State.HEALTHY)


@pytest.mark.row("registry refuses, hangs or fails for good", "refused, nothing was touched")
@pytest.mark.parametrize(
    ("fault", "line"),
    [
        pytest.param(
            Fault(effect=Reply(401), path="/jwt/auth", times=None),
            "DeployRefused: {registry} refused the login of ci-pusher from cfa2: ",
            id="401",
        ),
        pytest.param(
            Fault(effect=Hang(), path=BLOBS, times=None),
            "DeployRefused: cfa2 could not pull from {registry}, nothing was touched: ",
            id="hangs",
            marks=pytest.mark.every,
        ),
        pytest.param(
            Fault(effect=Reply(503), path=".*/manifests/.*", times=None),
            "DeployRefused: cfa2 could not pull from {registry}, nothing was touched: ",
            id="503",
            marks=pytest.mark.every,
        ),
    ],
)
async def test_a_registry_that_does_not_come_back_touches_nothing(small: Small, fault: Fault, line: str) -> None:
    trial = await Trial.begin(small)
    before = small.running()
    small.registry.faults.add(fault)
    trial = evolve(trial, small=evolve(small, pull_within=5))
    assert (await trial.deploy()).startswith(line.format(registry=small.registry.address))
    assert small.running() == before
    await trial.is_all(trial.old, State.HEALTHY)


@pytest.mark.row("a registry password with quotes, spaces and `$`", "deployed, and it is left nowhere")
async def test_a_password_of_odd_characters_arrives(small: Small) -> None:
    trial = await Trial.begin(small)
    slow = Fault(effect=Slow(seconds=1), path="/jwt/auth")  # who holds it while it is asked is seen then
    small.registry.faults.add(slow)
    assert await trial.deploy(ODD) == "deployed two to cfa2 as release 2: 3 changed, 0 kept"
    await trial.is_all(trial.new, State.HEALTHY, ODD)


@pytest.fixture(scope="module")
def small_disk(place: Place, authority: Authority) -> Iterator[Host]:
    with docker_host(place, authority, disk=DISK) as host:
        yield host


@pytest.fixture
def narrow(small_disk: Host, registry: LiveRegistry) -> Iterator[Small]:
    made = Small(host=small_disk, registry=registry)
    made.install()
    yield made
    small_disk.run("rm", "-f", FILLED)
    small_disk.reset()


@pytest.mark.row("disk full before the pull", "refused, with what is free and what is needed")
async def test_a_disk_that_is_too_small_is_seen_before_the_pull(narrow: Small) -> None:
    trial = await Trial.begin(narrow)
    large = evolve(trial.new, sizes=dict.fromkeys(trial.new.images, 100 * MEGABYTE))
    mark = narrow.registry.mark()
    line = await said(narrow.deploy(large))
    sentence = r"DeployRefused: cfa2 has .* of disk free and 3 images take up to 1\.2 ?GB: free some .*"
    assert re.fullmatch(rf"{sentence}\nrefused: nothing was touched on cfa2", line), line
    assert narrow.registry.requests(mark) == ()
    await trial.is_all(trial.old, State.HEALTHY)


@pytest.mark.row("disk full during the pull", "refused, nothing was touched; works once there is room")
@pytest.mark.every
async def test_a_disk_that_fills_up_during_the_pull_touches_nothing(narrow: Small) -> None:
    trial = await Trial.begin(narrow, desk=Behaviour(release="two", noise=60))
    narrow.host.sh(f"fallocate -l $(($(df --output=avail -B1 /var/lib/docker | tail -1) - 40000000)) {FILLED}")
    line = await trial.deploy()
    assert line.startswith(
        f"DeployRefused: cfa2 could not pull from {narrow.registry.address}, nothing was touched: desk: "
    )
    assert line.endswith("no space left on device\nrefused: nothing was touched on cfa2")
    await trial.is_all(trial.old, State.HEALTHY)

    narrow.host.run("rm", FILLED)
    assert await trial.deploy() == "deployed two to cfa2 as release 2: 3 changed, 0 kept"
    await trial.is_all(trial.new, State.HEALTHY)
