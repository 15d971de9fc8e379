"""One registry for a whole worker, and two workers: the folders below share these fixtures."""

from typing import Any, Final

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from tests.support.registry.fixtures import authority, place, pytest_runtest_makereport, registry, session_registry

__all__ = ["authority", "place", "pytest_runtest_makereport", "registry", "session_registry"]


settings.register_profile("ois-cfa", deadline=None)  # no test asserts how long something takes
settings.load_profile("ois-cfa")

OF_THE_ENGINE: Final = ("tests/engine/", "tests/gitlab/test_shell_jobs.py")


class ByEngine(LoadScopeScheduling):  # type: ignore[misc]
    """One worker has all that calls the engine, which some tests restart; the rest goes file by file."""

    def _split_scope(self, nodeid: str) -> str:
        return "engine" if nodeid.startswith(OF_THE_ENGINE) else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByEngine:
    return ByEngine(config, log)
