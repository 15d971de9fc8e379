"""Nothing is built twice: nine real services published, and published again from everywhere."""

import re
import subprocess
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from ci.catalogue import load
from tests.engine.conftest import FIRST, Tiny
from tests.support.functions import Functions
from tests.support.pipeline import Pipeline, green
from tests.support.registry import LiveRegistry, Place, Request, pulls
from tests.support.registry.docker import docker
from tests.support.repository import ROOT, clone

SERVICES: Final = tuple(one.name for one in load((ROOT / "services.toml").read_text(encoding="utf-8")).services)
DOMAIN_USERS: Final = {"issuance", "registry", "settlement", "compliance"}
LARGEST_CONFIG: Final = 20_000  # bytes of an image's configuration; a layer has millions
SECOND: Final = "ois-test-second"

Nine = Mapping[str, Any]


def test_nine_services_are_published_with_tags_and_a_lock(nine: Nine, registry: LiveRegistry) -> None:
    assert tuple(nine) == SERVICES  # in the order of the catalogue
    for name, image in nine.items():
        assert image["status"] == "built"
        assert image["ref"] == f"{registry.address}/group/project/{name}"
        assert {FIRST, f"in-{image['inputs']}"} <= set(registry.tags(f"group/project/{name}"))
        for tag in (FIRST, f"in-{image['inputs']}"):
            manifest = registry.manifest(f"group/project/{name}", tag)
            assert manifest
            assert manifest.digest == image["digest"]
    assert FIRST in registry.tags("group/project/ci/lock")


def test_an_unchanged_repository_builds_nothing(functions: Functions, registry: LiveRegistry, nine: Nine) -> None:
    mark = registry.mark()
    assert_reused(functions.publish("again00"), nine)
    assert image_blobs(registry, mark) == []


@pytest.fixture(scope="module")
def second_engine(session_pipeline: Pipeline) -> Iterator[str]:
    """The container of an engine whose cache is empty, as each GitLab job may meet it; nobody else is on it.

    What it stores is in memory: a disk is slow for minutes after so many files are deleted.
    """
    pipeline, container = session_pipeline.on(SECOND), f"{SECOND}-engine"
    pipeline.forget_engine()
    in_memory = ("type=tmpfs", "device=tmpfs")
    docker("volume", "create", *(word for option in in_memory for word in ("--opt", option)), container)
    green(pipeline.dagger("up"))
    yield container
    pipeline.forget_engine()


def test_an_engine_with_an_empty_cache_builds_nothing(
    second_engine: str, functions: Functions, registry: LiveRegistry, nine: Nine, place: Place
) -> None:
    mark, since = registry.mark(), datetime.now(UTC)
    with functions.connection.on(second_engine):
        assert_reused(functions.publish("second0"), nine)
    assert image_blobs(registry, mark) == []
    pulled = [pull for pull in pulls(place.mirror, since) if re.match("/v2/(dotnet|library/node)/", pull.path)]
    assert pulled  # the digests of the base images are part of each key,
    assert [pull for pull in pulled if pull.size > LARGEST_CONFIG] == []  # their layers are not fetched


@pytest.mark.every
def test_a_restarted_engine_builds_nothing(
    second_engine: str, functions: Functions, registry: LiveRegistry, nine: Nine
) -> None:
    docker_restart(second_engine)
    mark = registry.mark()
    with functions.connection.on(second_engine):
        assert_reused(functions.publish("restart"), nine)
    assert image_blobs(registry, mark) == []


@pytest.mark.usefixtures("nine")
def test_one_changed_file_builds_one_service_and_the_others_wait_for_no_memory(sample: Tiny) -> None:
    repository, functions = sample
    repository.append("sample/services/identity/Program.cs", "\n// changed\n")
    images = functions.publish("one0000", memory="1MB")
    assert built(images) == {"identity"}
    held = {name: image["memory"] for name, image in images.items() if image["memory"]}
    assert held == {"identity": 1_000_000}


@pytest.mark.every
@pytest.mark.usefixtures("nine")
def test_a_changed_package_builds_its_dependants(sample: Tiny) -> None:
    repository, functions = sample
    repository.append("sample/packages/domain/Ledger.cs", "\n// changed\n")
    assert to_build(functions.plan()) == DOMAIN_USERS
    assert built(functions.publish("domain0")) == DOMAIN_USERS


@pytest.mark.usefixtures("nine")
def test_what_no_dockerfile_takes_changes_nothing(sample: Tiny) -> None:
    repository, functions = sample
    for path in ("README.md", "sample/README.md", "sample/apps/notes.txt", "docs/architecture.md"):
        repository.write(path, "changed\n")
    assert to_build(functions.plan()) == set()


@pytest.mark.parametrize("umask", [0o000, *(pytest.param(one, marks=pytest.mark.every) for one in (0o022, 0o002))])
def test_a_clone_has_the_same_keys_under_every_umask(
    functions: Functions, nine: Nine, tmp_path_factory: pytest.TempPathFactory, umask: int
) -> None:
    repository = clone(tmp_path_factory.mktemp("clone") / "repository", umask)
    decided = functions.at(repository.root).plan()
    assert {name: each["inputs"] for name, each in decided.items()} == {
        name: image["inputs"] for name, image in nine.items()
    }
    assert to_build(decided) == set()


def assert_reused(images: Nine, nine: Nine) -> None:
    assert {name: (image["status"], image["digest"]) for name, image in images.items()} == {
        name: ("reused", image["digest"]) for name, image in nine.items()
    }


def built(images: Nine) -> set[str]:
    return {name for name, image in images.items() if image["status"] == "built"}


def to_build(decided: Nine) -> set[str]:
    return {name for name, each in decided.items() if each["action"] == "build"}


def image_blobs(registry: LiveRegistry, mark: int) -> list[Request]:
    """Blobs pushed since the mark, but for the lock's own."""
    return [each for each in registry.requests(mark) if each.pushes_blob and "/ci/lock/" not in each.path]


def docker_restart(container: str) -> None:
    subprocess.run(("docker", "restart", "-t", "360", container), check=True, timeout=400, capture_output=True)  # noqa: S603, S607
