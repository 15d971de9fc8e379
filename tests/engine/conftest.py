"""The module's functions on the local engine and against the test registry: in this process, and by the CLI."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support.functions import Functions
from tests.support.pipeline import Pipeline, job
from tests.support.registry import Authority, LiveRegistry, Request
from tests.support.repository import ROOT, Repository, copy, emptied, inputs_alone
from tests.support.repository import small as small_repository

FIRST = "first00"

FirstRun = tuple[Mapping[str, Any], Sequence[Request]]
Tiny = tuple[Repository, Functions]
TinyCli = tuple[Repository, Pipeline]


@pytest.fixture(scope="session")
def session_pipeline(session_registry: LiveRegistry, authority: Authority) -> Pipeline:
    return Pipeline(root=ROOT, variables=job(session_registry, authority))


@pytest.fixture
def pipeline(session_pipeline: Pipeline, registry: LiveRegistry) -> Pipeline:
    """A job in this very checkout; the registry is without faults at the end."""
    assert registry.address in session_pipeline.variables["CI_REGISTRY_IMAGE"]
    return session_pipeline


@pytest.fixture(scope="session")
def first_run(session_functions: Functions, session_registry: LiveRegistry) -> FirstRun:
    """All services of the sample, published once under `FIRST`: the answer by service, and what the registry saw."""
    mark = session_registry.mark()
    return session_functions.publish(FIRST), session_registry.requests(mark)


@pytest.fixture(scope="session")
def nine(first_run: FirstRun) -> Mapping[str, Any]:
    """The answer of that run, by service."""
    return first_run[0]


@pytest.fixture
def sample(functions: Functions, tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """A copy of the repository to change, and a caller in it."""
    repository = copy(tmp_path_factory.mktemp("sample"))
    return repository, functions.at(repository.root)


@pytest.fixture(scope="session")
def session_small(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return small_repository(tmp_path_factory.mktemp("small"))


@pytest.fixture
def tiny(functions: Functions, tmp_path: Path) -> Tiny:
    """A repository without services, to fill, and a caller in it."""
    repository = inputs_alone(tmp_path / "repository")
    return repository, functions.at(repository.root)


@pytest.fixture
def tiny_cli(pipeline: Pipeline, session_small: Repository) -> TinyCli:
    """A repository without services, to fill, and a job in it, which has the CLI."""
    repository = emptied(session_small)
    return repository, pipeline.at(repository.root)
