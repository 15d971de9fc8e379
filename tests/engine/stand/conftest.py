"""The nine published services as containers, with Keycloak and its database: gone when the last test here ends."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from attrs import evolve

from tests.support.part import Part
from tests.support.people import Pass
from tests.support.registry import LiveRegistry
from tests.support.stand import Stand, stand, telling


@pytest.fixture(scope="package")
def services(session_registry: LiveRegistry, nine: Mapping[str, Any], pytestconfig: pytest.Config) -> Iterator[Stand]:
    """The nine as a host runs them, with Keycloak and its database."""
    digests = {name: image["digest"] for name, image in nine.items()}
    with stand(session_registry, digests) as made, telling(made, pytestconfig.pluginmanager):
        yield made


@pytest.fixture(scope="package")
def gateway(services: Stand) -> Part:
    """The gateway as somebody with every role has it."""
    return evolve(services["api-gateway"], token=Pass(services))
