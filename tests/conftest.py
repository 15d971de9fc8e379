"""One registry for a whole worker: the folders below share these fixtures."""

from typing import Any, Final

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from tests.support import durations, every
from tests.support.registry.fixtures import authority, place, pytest_runtest_makereport, registry, session_registry

__all__ = ["authority", "place", "pytest_runtest_makereport", "registry", "session_registry"]


settings.register_profile("ois-cfa", deadline=None)  # no test asserts how long something takes
settings.load_profile("ois-cfa")

# What shares a fixture that takes minutes stays together; what takes longest begins first.
GROUPS: Final = {
    "nine services": tuple(f"tests/engine/test_{name}.py" for name in ("sample", "people", "reuse", "e2e")),
    "jobs in Docker": ("tests/gitlab/test_docker_jobs.py",),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    every.add_options(parser)
    durations.add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    every.configure(config)
    durations.configure(config)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    every.without_every(config, items)
    items.sort(key=lambda item: _rank(item.nodeid))


class ByFile(LoadScopeScheduling):  # type: ignore[misc]
    """Groups first, then file by file."""

    def _split_scope(self, nodeid: str) -> str:
        return next((name for name, files in GROUPS.items() if nodeid.startswith(files)), nodeid.partition("::")[0])


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    return ByFile(config, log)


def _rank(nodeid: str) -> int:
    groups = (number for number, files in enumerate(GROUPS.values()) if nodeid.startswith(files))
    return next(groups, len(GROUPS))
