"""Deploys to a real second Docker host, over SSH, from the test registry."""

import pytest

from tests.support.host.fixtures import docker_host, host, pytest_runtest_makereport
from tests.support.host.host import Host
from tests.support.host.small import Small
from tests.support.registry import LiveRegistry

__all__ = ["docker_host", "host", "pytest_runtest_makereport"]


@pytest.fixture
def small(host: Host, registry: LiveRegistry) -> Small:
    """Three services, installed and never deployed."""
    made = Small(host=host, registry=registry)
    made.install()
    return made
