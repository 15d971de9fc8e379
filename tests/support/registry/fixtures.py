"""Fixtures of all tests: the registry of the session, clean for each test, with its story on failure."""

from collections.abc import AsyncIterator, Generator, Iterator

import httpx
import pytest

from ci.registry import Address, Link, Login, Registry
from tests.support.registry.accounts import PROJECT, PUSHER
from tests.support.registry.authority import Authority, kept_authority
from tests.support.registry.docker import DockerFailed
from tests.support.registry.live import LiveRegistry, live_registry
from tests.support.registry.place import Place


@pytest.fixture(scope="session")
def place() -> Place:
    return Place()


@pytest.fixture(scope="session")
def authority(place: Place) -> Authority:
    return kept_authority(place.keep)


@pytest.fixture(scope="session")
def session_registry(place: Place, authority: Authority) -> Iterator[LiveRegistry]:
    with live_registry(place, authority) as registry:
        yield registry


@pytest.fixture
def registry(session_registry: LiveRegistry) -> Iterator[LiveRegistry]:
    yield session_registry
    session_registry.faults.lift()


@pytest.fixture
async def ours(registry: LiveRegistry) -> AsyncIterator[Registry]:
    """The pipeline's own way to the test registry, from this machine."""
    login = Login(PUSHER.user, PUSHER.password)
    async with httpx.AsyncClient(verify=registry.authority.client_context()) as http:
        address = Address.parse(f"{registry.local}/{PROJECT}")
        yield Registry(address, login, Link(address.host, login, http))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    registry = getattr(item, "funcargs", {}).get("registry")
    if report.failed and isinstance(registry, LiveRegistry):
        report.sections.append(("registry", _story(registry)))
    return report


def _story(registry: LiveRegistry) -> str:
    """What happened there; after a worker's last test it is gone before a failed teardown is reported."""
    try:
        return registry.story()
    except DockerFailed as fault:
        return str(fault)
