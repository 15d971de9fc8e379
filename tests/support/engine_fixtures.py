"""Fixtures of all tests: the module's functions in this process, on one connection for the worker."""

from collections.abc import Iterator

import pytest

from tests.support.connection import Connection, connected
from tests.support.functions import Functions, settings
from tests.support.network_names import known_here
from tests.support.registry import Authority, LiveRegistry
from tests.support.repository import ROOT


@pytest.fixture(scope="session")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """One for the worker: an engine does not stop while a client is connected."""
    with (tmp_path_factory.mktemp("engine") / "log").open("w") as log, connected(log) as connection:
        yield connection


@pytest.fixture(scope="session")
def session_functions(
    connection: Connection,
    session_registry: LiveRegistry,
    authority: Authority,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Functions]:
    with known_here(session_registry.network_addresses, authority, tmp_path_factory.mktemp("trusted")):
        yield Functions(
            connection=connection,
            root=ROOT,
            scratches=tmp_path_factory.mktemp("scratches"),
            settings=settings(session_registry),
        )


@pytest.fixture
def functions(session_functions: Functions, registry: LiveRegistry) -> Functions:
    """A caller in this very checkout; the registry is without faults at the end."""
    assert registry.address in session_functions.settings["registry"]
    return session_functions
