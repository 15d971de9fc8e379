"""Jobs of the committed file, run against a real engine, the test registry and the second host."""

from collections.abc import Iterator, Mapping

import pytest

from tests.support.deployable import with_jobs
from tests.support.gitlab.runner import Runner, runner
from tests.support.host.small import Small
from tests.support.pipeline import Pipeline, job, registry_of
from tests.support.registry import Authority, LiveRegistry, Place
from tests.support.repository import Repository
from tests.support.repository import small as small_repository


@pytest.fixture
def repository(small: Small, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A project whose branch dev-cfa2 has the committed file and three services."""
    return with_jobs(small_repository(tmp_path_factory.mktemp("project")), small)


@pytest.fixture
def variables(registry: LiveRegistry, authority: Authority, small: Small) -> Mapping[str, str]:
    """What GitLab and the project's settings give a job."""
    return {**registry_of(job(registry, authority)), "SSH_PRIVATE_KEY": small.host.private_key}


@pytest.fixture
def jobs(repository: Repository, variables: Mapping[str, str], place: Place) -> Iterator[Runner]:
    made = runner(repository.root, variables, place)
    yield made
    made.clear()


@pytest.fixture
def laptop(repository: Repository, variables: Mapping[str, str], authority: Authority) -> Pipeline:
    """Somebody in the same checkout, by hand."""
    engine = {"DAGGERW_ENGINE": "local", "DAGGERW_CERTIFICATES": str(authority.certificates)}
    return Pipeline(root=repository.root, variables={**engine, **variables, "CI_COMMIT_SHORT_SHA": ""})
