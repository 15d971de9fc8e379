"""Fixtures of all tests: the host of the session, clean for each test, with its logs on failure."""

from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import ExitStack
from functools import cache

import pytest
from attrs import evolve

from tests.support.host import live
from tests.support.host.conditions import CFA2, Condition
from tests.support.host.host import Host, HostFailed
from tests.support.host.sampler import Sampler, sampling
from tests.support.host.small import Small
from tests.support.host.stages import compose_program
from tests.support.registry import LiveRegistry
from tests.support.registry.accounts import ACCOUNTS
from tests.support.registry.authority import Authority
from tests.support.registry.place import Place

Hosts = Callable[[str, str], tuple[Host, Sampler]]


@pytest.fixture(scope="session")
def hosts(place: Place, authority: Authority) -> Iterator[Hosts]:
    """The host of a release of Debian, and who searches its processes for a password as long as the tests run."""
    words = [account.password for account in ACCOUNTS]
    with ExitStack() as stack:

        @cache
        def of(suite: str, memory: str) -> tuple[Host, Sampler]:
            host = stack.enter_context(live.docker_host(place, authority, suite=suite, memory=memory))
            return host, stack.enter_context(sampling(host, words))

        yield of


@pytest.fixture
def condition(request: pytest.FixtureRequest) -> Condition:
    """As cfa2 is, or the parameter of `each_condition`."""
    given: Condition = getattr(request, "param", CFA2)
    return given


@pytest.fixture
def host(hosts: Hosts, condition: Condition) -> Iterator[Host]:
    """The host under this condition, clean."""
    host, sampler = hosts(*condition.host)
    before = len(sampler.seen)
    if condition.compose not in host.composes():
        host.put(compose_program(condition.compose), f"/opt/compose/{condition.compose}/docker-compose")
    host.use_compose(condition.compose)
    host.run("use-shell", condition.sh, condition.awk)
    if condition.login:
        host.write("/home/user/.bashrc", condition.login, owner="user")
    yield host
    seen = sampler.seen[before:]
    host.reset()
    assert seen == [], "a process on the host held a password"


@pytest.fixture
async def small(
    request: pytest.FixtureRequest, host: Host, registry: LiveRegistry, condition: Condition
) -> AsyncIterator[Small]:
    """Three services, installed and never deployed; what another project has on the same Docker stays as it is."""
    if request.node.get_closest_marker("one_of_a_kind"):
        request.node.user_properties.append(("condition", (condition.name, *host.versions())))
    small = Small(host=host, registry=registry)
    small.install()
    if not condition.neighbour:
        yield small
        return
    neighbour = evolve(small, project="other")
    neighbour.install()
    theirs = neighbour.release("theirs")
    await neighbour.seed(theirs)
    before = neighbour.left()
    yield small
    assert neighbour.left() == before
    await neighbour.seed(theirs)  # where dockerd was killed its containers ended too
    assert (await neighbour.status()).faults == ()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    host = getattr(item, "funcargs", {}).get("host")
    if report.failed and isinstance(host, Host):
        report.sections.append(("host", _logs(host)))
    return report


def _logs(host: Host) -> str:
    try:
        return host.logs()
    except (HostFailed, OSError) as fault:  # after a worker's last test it is gone before a failed teardown is reported
        return str(fault)
