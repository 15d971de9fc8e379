"""The conditions of a Docker host: its Debian and Docker, its Compose, its shell and tools, a second project beside."""

from collections.abc import Callable
from typing import Final, TypeVar

import pytest
from attrs import frozen

from tests.support.host.stages import COMPOSE, DEBIAN_COMPOSE, LAST_V2, NEWEST_COMPOSE, OLDEST_COMPOSE, SUITE

Test = TypeVar("Test", bound=Callable[..., object])


@frozen(kw_only=True)
class Condition:
    """One host; what is not given is as on cfa2."""

    name: str
    suite: str = SUITE  # of Debian, which has its own Docker
    memory: str = ""  # of all of it, as Docker writes it; empty is no limit
    compose: str = COMPOSE
    sh: str = "dash"  # what /bin/sh is
    awk: str = "mawk"
    login: str = ""  # what ~/.bashrc has
    neighbour: bool = False  # whether another project of the same services runs on the same Docker

    def __str__(self) -> str:
        return self.name

    @property
    def host(self) -> tuple[str, str]:
        """What another host is started for; all else is changed on the host of another condition."""
        return self.suite, self.memory


CFA2: Final = Condition(name="as cfa2")
WITH_DEBIAN_COMPOSE: Final = Condition(name="Debian's Compose", compose=DEBIAN_COMPOSE)
CONDITIONS: Final = (
    CFA2,
    Condition(name="old Docker", suite="bookworm"),
    Condition(name="newest Docker", suite="sid"),
    Condition(name="2 GB of memory", memory="2g"),
    Condition(name="oldest Compose", compose=OLDEST_COMPOSE),
    Condition(name="last Compose of 2.x", compose=LAST_V2),
    Condition(name="newest Compose", compose=NEWEST_COMPOSE),
    Condition(name="busybox as sh", sh="busybox"),
    Condition(name="bash as sh", sh="bash"),
    Condition(name="gawk", awk="gawk"),
    Condition(name="two projects", neighbour=True),
    Condition(
        name="language, proxy and two projects",
        login=(
            "export LANG=ru_RU.UTF-8 LC_ALL=ru_RU.UTF-8\n"
            "export http_proxy=http://127.0.0.1:9 HTTP_PROXY=http://127.0.0.1:9 all_proxy=http://127.0.0.1:9\n"
        ),
        neighbour=True,
    ),
)


def _under(*conditions: Condition) -> pytest.MarkDecorator:
    """A test of every day on a host as cfa2, and on the others with `--every`."""
    cases = [
        pytest.param(each, id=each.name, marks=() if each is CFA2 else (pytest.mark.every,)) for each in conditions
    ]
    return pytest.mark.parametrize("condition", cases, indirect=True)


each_compose: Final = _under(CFA2, WITH_DEBIAN_COMPOSE, *(each for each in CONDITIONS if each.compose == LAST_V2))


def each_condition(test: Test) -> Test:
    """Mark a test as the one for its kind of fault: it runs under each condition, and the report counts it."""
    marked: Test = pytest.mark.one_of_a_kind(_under(*CONDITIONS)(test))
    return marked
