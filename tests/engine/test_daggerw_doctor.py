"""`./daggerw doctor` looks as the engine does, and `up` refuses in one sentence what cannot be done."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bootstrap.machine import PACKAGES
from tests.support.pipeline import Done
from tests.support.registry import LiveRegistry, Place
from tests.support.repository import ROOT, copy
from tests.support.shim import Shim, spoken

NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
NO_DOCKER = {"DOCKER_HOST": "unix:///nonexistent/docker.sock"}
NO_RIGHTS = "neither root nor access to Docker: run it with sudo, or add this user to the group docker"
NO_DISK = "15 GB of disk are needed and 0.0 GB are free: free some, or set DAGGERW_CACHE to a folder on a larger disk"


@pytest.fixture
def local() -> Shim:
    """The engine of this test run is asked for."""
    return Shim({"DAGGERW_ENGINE": "local", "DAGGERW_INSTANCE": os.environ.get("DAGGERW_INSTANCE", "ois-test")})


def rows(done: Done) -> Mapping[str, tuple[str, str]]:
    """Each row of the table: ok or RED, and what was found with the next step."""
    table = re.findall(r"^(ok|RED)\s+(\w+(?: inside)?)\s+(.*(?:\n\s+-> .*)?)$", done.stdout, re.MULTILINE)
    assert len(table) == len(re.findall("^(?:ok|RED)", done.stdout, re.MULTILINE)), done.stdout
    return {name: (colour, re.sub(r"\n\s+", " ", found)) for colour, name, found in table}


def red(done: Done) -> Mapping[str, str]:
    assert "Traceback" not in done.stderr
    assert done.returncode == 1
    return {name: found for name, (colour, found) in rows(done).items() if colour == "RED"}


def test_all_is_green_with_an_engine(local: Shim) -> None:
    done = local("doctor")
    names = ["engine", "CLI", "SDK", "Docker", "disk", "memory", "registry", "DNS inside", "CA inside"]
    assert (done.returncode, list(rows(done)), done.stderr) == (0, names, ""), done.stdout
    assert {colour for colour, _ in rows(done).values()} == {"ok"}


def test_the_registry_is_asked_at_its_own_port_by_the_engine(local: Shim, registry: LiveRegistry, place: Place) -> None:
    done = local("doctor", CI_REGISTRY=registry.address)
    assert done.returncode == 0, done.stdout
    found = rows(done)
    assert found["registry"][1] == f"{registry.address} answers 401 to the engine"
    assert found["CA inside"][1].startswith(f"the engine trusts {registry.address}, with ")
    assert re.fullmatch(rf"{re.escape(place.registry_host)} is [\d.]+ to the engine", found["DNS inside"][1])


def test_a_name_that_the_engine_does_not_know_is_red(local: Shim) -> None:
    found = red(local("doctor", CI_REGISTRY="no-such.test"))
    assert list(found) == ["registry", "DNS inside", "CA inside"]
    assert found["registry"] == "no-such.test answers nothing to the engine -> check CI_REGISTRY and the network"
    assert found["DNS inside"].startswith(
        "no-such.test is nothing to the engine -> compare /etc/resolv.conf here with:"
    )


def test_a_registry_of_this_machine_that_does_not_answer_is_red(local: Shim) -> None:
    assert red(local("doctor", CI_REGISTRY="127.0.0.1:1")) == {
        "registry": "127.0.0.1:1 answers nothing to this machine -> check CI_REGISTRY and the network"
    }


def test_without_docker_each_red_row_has_its_next_step(local: Shim) -> None:
    found = red(local("doctor", **NO_DOCKER))
    assert list(found) == ["engine", "CLI", "Docker"]
    assert found["Docker"] == "does not answer -> start it, or unset DOCKER_HOST"
    assert found["engine"].endswith(" is not there -> ./daggerw up")


def test_an_engine_that_is_asked_for_and_cannot_be_is_red(local: Shim) -> None:
    found = red(local("doctor", DAGGERW_ENGINE="path"))
    assert found == {
        "engine": "DAGGERW_ENGINE=path was asked for, but no dagger on PATH -> mend that, or unset DAGGERW_ENGINE"
    }


@pytest.fixture
def nobody(local: Shim) -> Iterator[Shim]:
    """A user without root, without Docker and without a home, in a repository that all may read."""
    poor = local.asking(DAGGERW_CERTIFICATES="", DAGGERW_CACHE="", HOME="/nonexistent", **NO_DOCKER)
    with TemporaryDirectory() as place:  # the folders of pytest are root's alone, as the checkout may be
        Path(place).chmod(0o755)
        yield poor.behind(*NOBODY).at(copy(Path(place)).root)


@pytest.mark.parametrize("verb", ["up", "env", "version"])
def test_without_root_and_docker_it_is_refused(nobody: Shim, verb: str) -> None:
    with TemporaryDirectory() as cache:
        Path(cache).chmod(0o777)
        done = nobody(verb, DAGGERW_CACHE=cache)
    assert (done.returncode, done.stdout) == (1, "")
    assert NO_RIGHTS in spoken(done)[-1].split("; ")


def test_a_home_that_cannot_be_written_is_told(nobody: Shim) -> None:
    assert spoken(nobody("up"))[-1] == (
        "/nonexistent/.cache/ois-cfa cannot be written (Permission denied): "
        "set DAGGERW_CACHE to a folder of yours, or use sudo"
    )


def test_with_too_little_disk_it_is_refused(local: Shim, tmp_path: Path) -> None:
    small = 'mount -t tmpfs -o size=20m none "$DAGGERW_CACHE" && exec "$@"'
    done = local.behind("unshare", "--mount", "sh", "-c", small, "sh")("up", DAGGERW_CACHE=str(tmp_path))
    assert (done.returncode, done.stdout, spoken(done)[-1]) == (1, "", NO_DISK)


def test_a_docker_elsewhere_that_does_not_answer_is_told(local: Shim, tmp_path: Path) -> None:
    done = local("up", DAGGERW_CACHE=str(tmp_path), **NO_DOCKER)
    assert (done.returncode, done.stdout) == (1, "")
    assert "no Docker answers at DOCKER_HOST=unix:///nonexistent/docker.sock: start it, or unset DOCKER_HOST" in (
        spoken(done)[-1].split("; ")
    )


def container(image: str) -> Shim:
    """The shim in a container of its own, with nothing but what the image has."""
    mount = f"{ROOT}:{ROOT}:ro"
    return Shim(prefix=("docker", "run", "--rm", "--network", "none", "--volume", mount, image))


def test_without_python_it_says_which_package_is_missing(place: Place) -> None:
    done = container(place.registry_image())("up")
    assert (done.returncode, done.stdout) == (1, "")
    assert spoken(done) == [
        "needs Python 3.11 or newer and found none on PATH: install the package python3 of Debian 12 or later"
    ]


def test_a_machine_with_nothing_but_python_is_told_what_to_install_and_nothing_is_begun(place: Place) -> None:
    bare = container(place.python_image())
    assert list(red(bare("doctor"))) == ["engine", "CLI", "Docker", "registry"]
    refused = spoken(bare("up"))[-1].split("; ")
    assert [sentence.partition(" ")[0] for sentence in refused] == ["Go", "Node"]
    assert not any(package in " ".join(refused) for package in PACKAGES.values())  # those it installs itself
