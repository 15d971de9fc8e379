"""One registry for a whole worker, and two workers: the folders below share these fixtures."""

from typing import Any, Final

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from tests.support import every
from tests.support.registry.fixtures import authority, place, pytest_runtest_makereport, registry, session_registry

__all__ = ["authority", "place", "pytest_runtest_makereport", "registry", "session_registry"]


settings.register_profile("ois-cfa", deadline=None)  # no test asserts how long something takes
settings.load_profile("ois-cfa")

# What shares the engine without disturbing each other; nine services are published once, in the first group.
GROUPS: Final = {
    "nine services": tuple(f"tests/engine/test_{name}.py" for name in ("reuse", "sample", "people", "e2e", "checks")),
    "engine": ("tests/engine/", "tests/gitlab/test_shell_jobs.py"),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    every.add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    every.configure(config)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    every.without_every(config, items)


class ByEngine(LoadScopeScheduling):  # type: ignore[misc]
    """Each worker begins with one of the large groups; the rest goes file by file."""

    def _split_scope(self, nodeid: str) -> str:
        groups = (name for name, files in GROUPS.items() if nodeid.startswith(files))
        return next(groups, nodeid.partition("::")[0])


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByEngine:
    return ByEngine(config, log)
