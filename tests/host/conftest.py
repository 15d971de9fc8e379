"""Deploys to a real second Docker host, over SSH, from the test registry."""

import pytest

from tests.support.host import rows
from tests.support.host.fixtures import docker_host, host, pytest_runtest_makereport, sampler, small

__all__ = ["docker_host", "host", "pytest_runtest_makereport", "sampler", "small"]


def pytest_addoption(parser: pytest.Parser) -> None:
    rows.add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    rows.configure(config)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    rows.tell(items)
