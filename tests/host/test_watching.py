"""What no call of the pipeline leaves behind or sets off on a host: secrets in processes, events of Docker."""

import asyncio

import pytest

from ci.host.plan import plan
from tests.support.host.host import Host
from tests.support.host.sampler import sampling
from tests.support.host.small import Small
from tests.support.waiting import until

CARELESS = "careless-7d1e"
OWN = {"exec_create", "exec_start", "exec_die", "health_status"}  # of the containers' own health checks


@pytest.mark.parametrize(
    ("argv", "where"),
    [
        (("sh", "-c", "sleep 3; :", CARELESS), "cmdline of sh"),
        (("env", f"WORD={CARELESS}", "sleep", "3"), "environ of sleep"),
    ],
    ids=["argument", "variable"],
)
async def test_the_sampler_sees_a_careless_process(host: Host, argv: tuple[str, ...], where: str) -> None:
    with sampling(host, [CARELESS]) as sampler:
        await asyncio.to_thread(host.run, *argv)
        await asyncio.to_thread(until, lambda: where in sampler.seen, 5, f"{where} was not seen")


async def test_a_look_and_a_plan_set_off_nothing_in_docker(small: Small) -> None:
    one = small.release("pulled here alone")
    began = small.host.sh("date +%s.%N")
    await small.seed(one)
    deployed = small.host.sh("date +%s.%N")
    assert {"create", "start", "pull", "tag"} <= events(small.host, began, deployed)

    await small.status()
    site = small.site
    async with site.open() as link:
        two = small.release("two")
        assert len(plan(two, site.git, site.catalogue, await site.look(link, two.images)).changes) == 3
    assert events(small.host, deployed, small.host.sh("date +%s.%N")) - OWN == set()


def events(host: Host, since: str, until_: str) -> set[str]:
    """What Docker told of in that time."""
    told = host.docker("events", "--since", since, "--until", until_, "--format", "{{json .Action}}")
    return {line.strip('"').partition(":")[0] for line in told.splitlines()}
