"""Deploys to a real second Docker host, over SSH, from the test registry."""

import pytest

from tests.support.host import rows


def pytest_addoption(parser: pytest.Parser) -> None:
    rows.add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    rows.configure(config)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    rows.tell(items)
