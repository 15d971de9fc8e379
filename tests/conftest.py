"""What the folders below share: fixtures, options, the order of the tests."""

from typing import Any, Final

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from tests.support import durations, every, failures
from tests.support.host.conditions import CFA2, CONDITIONS

# One registry, one connection, one second host for a whole worker: imported by two conftests, a fixture would be two.
pytest_plugins = ("tests.support.registry.fixtures", "tests.support.engine_fixtures", "tests.support.host.fixtures")

settings.register_profile("ois-cfa", deadline=None)  # no test asserts how long something takes
settings.load_profile("ois-cfa")

# What shares a fixture that takes minutes stays together, on one worker.
GROUPS: Final = {
    "nine services": ("tests/engine/stand/", "tests/engine/test_reuse.py", "tests/engine/test_e2e.py"),
    "jobs in Docker": ("tests/gitlab/test_docker_jobs.py",),
}
# The group that takes longest, then what a change of `ci/` breaks soonest, then what takes minutes, then all the rest.
FIRST: Final = (
    *GROUPS["nine services"],
    *("tests/host/test_deploy.py", "tests/host/test_pulls.py"),
    *(f"tests/engine/test_{name}.py" for name in ("red", "causes", "calls", "faults", "checks")),
    *("tests/gitlab/test_shell_jobs.py", "tests/engine/test_cli.py", "tests/engine/test_deploy.py"),
    *GROUPS["jobs in Docker"],
)


def pytest_addoption(parser: pytest.Parser) -> None:
    every.add_options(parser)
    durations.add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    every.configure(config)
    durations.configure(config)
    failures.configure(config)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    every.without_every(config, items)
    items.sort(key=lambda item: _rank(item.nodeid))


class ByFile(LoadScopeScheduling):  # type: ignore[misc]
    """A group or a file is one worker's, in the order of the tests; so is what needs a host with another Debian."""

    def _split_scope(self, nodeid: str) -> str:
        file, _, test = nodeid.partition("::")
        groups = (name for name, files in GROUPS.items() if nodeid.startswith(files))
        hosts = (each.name for each in CONDITIONS if each.host != CFA2.host and each.name in test)
        return [*groups, *hosts, file][0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    return ByFile(config, log)


def _rank(nodeid: str) -> int:
    return next((number for number, place in enumerate(FIRST) if nodeid.startswith(place)), len(FIRST))
