"""One registry for the whole session, and two workers: the folders below share these fixtures."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.support.registry.fixtures import authority, place, pytest_runtest_makereport, registry, session_registry

__all__ = ["authority", "place", "pytest_runtest_makereport", "registry", "session_registry"]

NEEDS_NO_ENGINE = ("host", "support")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: Iterable[pytest.Item]) -> None:
    """Let one worker have all that calls the engine, which some tests restart, and the other the rest."""
    for item in items:
        folder = Path(item.path).relative_to(config.rootpath / "tests").parts[0]
        item.add_marker(pytest.mark.xdist_group("host" if folder in NEEDS_NO_ENGINE else "engine"))
