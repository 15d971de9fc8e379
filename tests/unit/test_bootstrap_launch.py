"""What the user's shell is told, and what `doctor` shows."""

import socket
import subprocess
from pathlib import Path

import pytest

from bootstrap import engine, settings
from bootstrap.doctor import Row, sdk_row, table
from bootstrap.launch import Launch, local_variables
from bootstrap.settings import pinned_version

VERSION = pinned_version()
NUMBER = VERSION.removeprefix("v")


def test_exports_lead_a_shell_to_the_program(tmp_path: Path) -> None:
    folder = tmp_path / "it's a $folder"
    folder.mkdir()
    (folder / "dagger").write_text('#!/bin/sh\necho "$RUNNER $#"\n')
    (folder / "dagger").chmod(0o755)
    launch = Launch(folder / "dagger", {"RUNNER": "unix:///a 'b' \"c\""})
    done = subprocess.run(  # noqa: S603  # arguments of our own
        ("/bin/sh", "-c", 'eval "$1" && dagger one two', "sh", launch.exports()),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "unix:///a 'b' \"c\" 2\n"


def test_a_shell_is_told_where_the_local_engine_is(tmp_path: Path) -> None:
    asked = settings.read({"DAGGERW_INSTANCE": "second", "DAGGERW_CACHE": str(tmp_path)})
    assert (
        Launch(Path("/cache/programs/dagger"), local_variables(asked)).exports()
        == """\
export PATH=/cache/programs:"$PATH"
export DAGGER_NO_NAG=1
export DO_NOT_TRACK=1
export _EXPERIMENTAL_DAGGER_RUNNER_HOST=docker-container://second-engine
export OIS_BUILD_ARGS=NET_VERSION=3.1
export DAGGER_PROGRESS=logs"""
    )


def test_an_engine_is_reached_by_its_socket_where_it_has_one_that_answers(tmp_path: Path) -> None:
    second = settings.read({"DAGGERW_INSTANCE": "second", "DAGGERW_CACHE": str(tmp_path)})
    folder = second.own / "run"
    folder.mkdir(parents=True)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "engine.sock"))
        listening.listen()
        assert engine.address(second) == f"unix://{folder}/engine.sock"
    assert engine.address(second) == "docker-container://second-engine"  # nobody listens any more
    (folder / "engine.sock").unlink()
    assert engine.address(second) == "docker-container://second-engine"


def test_a_red_row_is_followed_by_its_next_step() -> None:
    rows = (
        Row("engine", fine=True, found="runs", step="unused"),
        Row("disk", fine=False, found="1 GB", step="free it"),
    )
    assert (
        table(rows)
        == """\
ok   engine       runs
RED  disk         1 GB
                  -> free it"""
    )


@pytest.mark.parametrize(
    ("requirements", "fine", "pinned"),
    [
        pytest.param(f"attrs==1\ndagger-io=={NUMBER}\n    # via ois-cfa\n", True, NUMBER, id="aligned"),
        pytest.param("dagger-io==0.21.7", False, "0.21.7", id="another"),
        pytest.param(f"my-dagger-io=={NUMBER}", False, "nothing", id="another package"),
        pytest.param("", False, "nothing", id="no file"),
    ],
)
def test_the_sdk_of_the_tests_is_compared_with_the_engine(requirements: str, *, fine: bool, pinned: str) -> None:
    assert sdk_row(VERSION, requirements) == Row(
        "SDK",
        fine,
        f"requirements/dev.txt pins dagger-io {pinned}, dagger.json {VERSION}",
        f"pin dagger-io=={NUMBER} in requirements/dev.txt",
    )
