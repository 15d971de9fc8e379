"""Base images in the project's registry: copied when first needed, built on, and enough when public ones are gone."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest

from ci.base_images import NAME
from ci.module import OisCfa
from tests.engine.conftest import Tiny, TinyCli
from tests.support.base_images import official_python
from tests.support.network_names import known_here
from tests.support.pipeline import green
from tests.support.registry import Authority, LiveRegistry, Place
from tests.support.registry.public import public_registries
from tests.support.repository import Repository

BASE: Final = f"group/project/{NAME}"
STAMPED: Final = "RUN python3 -c 'import time; print(time.time_ns())' > /stamp\n"


@pytest.fixture
def public(place: Place, authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Docker Hub and Microsoft's registry, as the network and this process find them."""
    with (
        public_registries(place, authority) as addresses,
        known_here(addresses, authority, tmp_path_factory.mktemp("public")),
    ):
        yield


@pytest.fixture
def base(place: Place, tiny: Tiny) -> Iterator[str]:
    """The name of a base image of its own, NAME:1, in the public registry."""
    name = f"python-{tiny[0].seed}"
    with official_python(place, name):
        yield name


def on(repository: Repository, base: str, more: str = "") -> None:
    """A service on that image."""
    repository.service("one", f"FROM {base}:1\n{more}COPY file /\n")
    repository.append("small/one/file", repository.seed)


@contextmanager
def saying(capfd: pytest.CaptureFixture[str]) -> Iterator[list[str]]:
    """The lines that calls print meanwhile."""
    capfd.readouterr()
    lines = list[str]()
    yield lines
    lines += capfd.readouterr().err.splitlines()


@pytest.mark.usefixtures("public")
def test_a_base_image_is_copied_once_and_built_on(
    tiny: Tiny, base: str, registry: LiveRegistry, capfd: pytest.CaptureFixture[str]
) -> None:
    repository, functions = tiny
    functions = functions.refusing_stand_ins()
    on(repository, base, STAMPED)
    mark = registry.mark()
    with saying(capfd) as lines:
        first = functions.publish("ba5e001")["one"]
    (copying,) = (line for line in lines if line.startswith("copy "))
    assert re.fullmatch(rf"copy \S+/{base} \([0-9.]+ [KM]B\) into the project's registry", copying)
    (digest,) = first["origin"]["bases"].values()
    assert set(registry.tags(BASE)) >= {f"{base}-1", f"{base}-1-{digest.replace(':', '-')}"}
    copied, taken = moved(registry, mark)
    assert copied
    assert taken  # by the engine, which builds on it

    mark = registry.mark()
    repository.append("small/one/file", "more")
    with saying(capfd) as lines:
        second = functions.publish("ba5e002")["one"]
    assert not [line for line in lines if line.startswith("copy ")]
    assert second["status"] == "built"
    assert second["origin"]["bases"] == first["origin"]["bases"]
    assert moved(registry, mark)[0] == []
    # The login did not change what the engine had built: the step before the changed file was not run again.
    assert layers(registry, "ba5e001")[:-1] == layers(registry, "ba5e002")[:-1]


def test_an_image_that_cannot_be_copied_is_pulled_from_where_it_is(
    tiny: Tiny, base: str, registry: LiveRegistry, capfd: pytest.CaptureFixture[str]
) -> None:
    repository, functions = tiny
    on(repository, base)
    with saying(capfd) as lines:
        assert functions.refusing_stand_ins().publish("ba5e021")["one"]["status"] == "built"
    assert [line for line in lines if line.startswith(f"{base}:1 has no copy in the project's registry: ")], lines
    assert f"{base}-1" not in registry.tags(BASE)


@pytest.mark.usefixtures("public")
def test_a_base_image_that_takes_files_of_what_is_built_on_it_is_refused(tiny: Tiny, place: Place) -> None:
    repository, functions = tiny
    base = f"python-onbuild-{repository.seed}"
    with official_python(place, base, "ONBUILD ENV A=b\nONBUILD COPY . /app\n"):
        on(repository, base)
        refused = functions.refusing_stand_ins().refused(OisCfa.publish_all, tag=["ba5e041"])
    fault = f"one/Dockerfile:1: {base}:1 runs ONBUILD COPY . /app, which takes files that no inputs key has; "
    assert fault in refused
    assert "ONBUILD ENV" not in refused


@pytest.mark.usefixtures("public")
def test_known_base_images_are_enough_when_the_public_registry_is_gone(tiny_cli: TinyCli, place: Place) -> None:
    repository, pipeline = tiny_cli
    base = f"python-gone-{repository.seed}"
    with official_python(place, base):
        on(repository, base)
        pipeline.publish("ba5e031", "--tag", "dev")
    # Gone, for the engine and for us. Each call of the CLI looks a tag up again.
    repository.append("small/one/file", "more")
    said = green(pipeline.call("publish-all", "--tag", "ba5e032")).stderr
    assert f"{base}:1 cannot be looked up (" in said
    assert "; the one of dev is kept" in said
    changed = pipeline.plan("--only", "one")["one"]
    assert changed["action"] == "reuse"
    # A service that dev has not, on the same image; and one on an image that nobody copied.
    repository.service("two", f"FROM {base}:1\nCOPY file /\n")
    assert pipeline.publish("ba5e033")["two"]["status"] == "built"
    repository.service("three", "FROM no-such-base:1\nCOPY file /\n")
    assert "InputsError: the base image no-such-base:1 cannot be had: " in pipeline.call("plan").stderr


def moved(registry: LiveRegistry, mark: int) -> tuple[list[Any], list[Any]]:
    """What came into the project's base images since then, and the manifests that an engine took from there."""
    requests = [request for request in registry.requests(mark) if f"/{NAME}/" in request.path]
    sent = [request for request in requests if request.method in {"PUT", "POST"} and request.status == 201]
    return sent, [request for request in requests if "/manifests/sha256:" in request.path]


def layers(registry: LiveRegistry, tag: str) -> list[str]:
    """The layers of the service `one`, lowest first."""
    manifest = registry.manifest("group/project/one", tag)
    assert manifest
    return [layer["digest"] for layer in manifest.json()["layers"]]
