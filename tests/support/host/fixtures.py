"""Fixtures of all tests: the host of the session, clean for each test, with its logs on failure."""

from collections.abc import Generator, Iterator

import pytest

from tests.support.host import live
from tests.support.host.host import Host, HostFailed
from tests.support.host.sampler import Sampler, sampling
from tests.support.host.small import Small
from tests.support.host.stages import COMPOSE, DEBIAN_COMPOSE, NEWEST_COMPOSE, newest_compose
from tests.support.registry import LiveRegistry
from tests.support.registry.accounts import ACCOUNTS
from tests.support.registry.authority import Authority
from tests.support.registry.place import Place

each_compose = pytest.mark.parametrize(
    "small",
    [COMPOSE, *(pytest.param(version, marks=pytest.mark.every) for version in (DEBIAN_COMPOSE, NEWEST_COMPOSE))],
    indirect=True,
)


@pytest.fixture(scope="session")
def docker_host(place: Place, authority: Authority) -> Iterator[Host]:
    with live.docker_host(place, authority) as host:
        yield host


@pytest.fixture(scope="session")
def sampler(docker_host: Host) -> Iterator[Sampler]:
    """Looks into the host's processes for a password as long as the tests run."""
    words = [account.password for account in ACCOUNTS]
    with sampling(docker_host, words) as watch:
        yield watch


@pytest.fixture
def host(docker_host: Host, sampler: Sampler) -> Iterator[Host]:
    before = len(sampler.seen)
    yield docker_host
    seen = sampler.seen[before:]
    docker_host.reset()
    assert seen == [], "a process on the host held a password"


@pytest.fixture
def small(request: pytest.FixtureRequest, host: Host, registry: LiveRegistry) -> Small:
    """Three services, installed and never deployed; the parameter is another version of Compose."""
    if version := getattr(request, "param", ""):
        if version == NEWEST_COMPOSE:
            host.put(newest_compose(), f"/opt/compose/{version}/docker-compose")
        host.use_compose(version)
    made = Small(host=host, registry=registry)
    made.install()
    return made


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
