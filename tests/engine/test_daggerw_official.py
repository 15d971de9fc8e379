"""The official engine, from the registry that has its image and the server that publishes its CLI."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bootstrap.engine import privileged
from bootstrap.machine import architecture
from bootstrap.settings import pinned_version
from tests.support.registry import Place
from tests.support.registry.docker import docker
from tests.support.shim import Shim, compiled_cli, spoken
from tests.support.web_server import WebServer, files, release, serving

VERSION = pinned_version()

REPOSITORY = "tests-of-daggerw"  # one word, so that no folder stays


@pytest.fixture(scope="module")
def server() -> Iterator[WebServer]:
    """A server of releases that publishes the compiled CLI."""
    with serving(files(release(compiled_cli().read_bytes(), architecture()))) as server:
        yield server


@pytest.fixture(scope="module")
def image(place: Place) -> Iterator[str]:
    """An image of the pinned version, of nothing, in a repository of the mirror; both are gone at the end."""
    name = f"{place.python_image().partition('/')[0]}/{REPOSITORY}"
    subprocess.run(("docker", "import", "-", f"{name}:{VERSION}"), stdin=subprocess.DEVNULL, check=True)  # noqa: S603, S607
    try:
        docker("push", "--quiet", f"{name}:{VERSION}")
        yield name
    finally:
        docker("rmi", f"{name}:{VERSION}")
        docker("exec", place.mirror, "rm", "-r", f"/data/docker/registry/v2/repositories/{REPOSITORY}")


@pytest.fixture
def official(server: WebServer, image: str, tmp_path: Path) -> Shim:
    """The official engine is asked for, in a cache of its own: it never compiles."""
    return Shim(
        {
            "DAGGERW_ENGINE": "official",
            "DAGGERW_CLI_SOURCE": server.url,
            "DAGGERW_ENGINE_IMAGE": image,
            "DAGGERW_CACHE": str(tmp_path / "cache"),
        }
    )


def test_its_cli_is_downloaded_once_and_leads_to_its_image(official: Shim, server: WebServer, image: str) -> None:
    done = official("version")
    assert done.stdout == f"dagger {VERSION} (image://{image}:{VERSION}) linux/{architecture()}\n"
    assert (done.returncode, spoken(done)) == (
        0,
        ["official engine (DAGGERW_ENGINE=official)", f"downloading dagger {VERSION} from {server.url}, once"],
    )
    assert spoken(official("version")) == ["official engine (DAGGERW_ENGINE=official)"]
    installed = Path(official.variables["DAGGERW_CACHE"], f"official/{VERSION}/dagger")
    assert installed.read_bytes() == compiled_cli().read_bytes()


def test_its_shell_leads_there_too(official: Shim, image: str) -> None:
    done = official.behind("sh", "-c", 'eval "$("$1" env)" && dagger version', "sh")()
    assert done.stdout == f"dagger {VERSION} (image://{image}:{VERSION}) linux/{architecture()}\n"


def test_a_registry_without_it_is_refused(official: Shim, image: str) -> None:
    done = official("version", DAGGERW_ENGINE_IMAGE=f"{image}-no")
    host = image.partition("/")[0]
    assert (done.returncode, done.stdout) == (1, "")
    assert spoken(done) == [f"DAGGERW_ENGINE=official was asked for, but {host} answers 404 for engine {VERSION}"]


def test_a_cli_that_is_not_the_published_one_is_refused(official: Shim) -> None:
    with serving(files({path: data[:-1] for path, data in release(b"small", architecture()).items()})) as broken:
        done = official("version", DAGGERW_CLI_SOURCE=broken.url)
    assert (done.returncode, done.stdout) == (1, "")
    assert spoken(done)[-1].endswith(".tar.gz does not have its published checksum: it was not installed")


@pytest.mark.skipif(privileged(), reason="Docker may run it privileged here")
def test_unasked_it_is_passed_over_where_docker_refuses_privileged(official: Shim) -> None:
    done = official("doctor", DAGGERW_ENGINE="")
    why = "no dagger on PATH; Docker may not run the official engine privileged here"
    assert f"local engine ({why}): ois-engine is " in done.stdout
