"""`./daggerw` takes the engine that it says, and hands the command over unchanged."""

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from bootstrap.settings import pinned_version
from tests.support.shim import Shim, compiled_cli, spoken
from tests.support.waiting import until

VERSION = pinned_version()

INSTANCE = os.environ.get("DAGGERW_INSTANCE", "ois-test")
RUNNER = f"docker-container://{INSTANCE}-engine"
NOWHERE = {"DAGGERW_ENGINE_IMAGE": "127.0.0.1:1/engine"}  # so that no test asks the official registry
PASSED_OVER = "(Docker may not run the official engine privileged here|127.0.0.1:1 does not answer)"


@pytest.fixture
def free() -> Shim:
    """No engine is asked for."""
    return Shim({"DAGGERW_INSTANCE": INSTANCE, **NOWHERE})


@pytest.fixture
def local(free: Shim) -> Shim:
    """The engine of this test run is asked for."""
    return free.asking(DAGGERW_ENGINE="local")


@pytest.fixture
def bin_folder(tmp_path: Path) -> Path:
    (tmp_path / "bin").mkdir()
    return tmp_path / "bin"


def first_on_path(free: Shim, folder: Path, **variables: str) -> Shim:
    return free.asking(PATH=f"{folder}:/usr/local/go/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin", **variables)


def test_stdout_is_the_commands_alone_and_one_line_tells_the_engine(local: Shim) -> None:
    done = local("core", "version")
    assert (done.returncode, done.stdout.strip()) == (0, VERSION)
    assert spoken(done) == ["local engine (DAGGERW_ENGINE=local)"]


def test_arguments_and_exit_codes_pass_unchanged(local: Shim) -> None:
    text = "a  'b' \"c\" $HOME \\ "
    written = ("directory", "with-new-file", "--path=a b", "--contents", text, "file", "--path=a b", "contents")
    done = local("core", *written)
    assert done.stdout.rstrip("\n") == text, done.stderr
    assert local("core", "no-such-function").returncode == 1


def test_without_a_choice_the_reasons_are_told(free: Shim) -> None:
    (said,) = spoken(free("version"))
    assert re.fullmatch(rf"local engine \(no dagger on PATH; {PASSED_OVER}(, asked \d+ min ago)?\)", said)


def test_a_dagger_on_path_that_reaches_an_engine_is_taken(free: Shim, bin_folder: Path) -> None:
    (bin_folder / "dagger").symlink_to(compiled_cli())
    done = first_on_path(free, bin_folder, _EXPERIMENTAL_DAGGER_RUNNER_HOST=RUNNER)("core", "version")
    assert spoken(done) == [f"path engine ({bin_folder}/dagger {VERSION} reaches {RUNNER})"]
    assert (done.returncode, done.stdout.strip()) == (0, VERSION)


@pytest.mark.parametrize(
    ("told", "runner", "why"),
    [
        ("dagger v0.20.0", RUNNER, f"the dagger on PATH is v0.20.0, not {VERSION}"),
        (
            f"dagger {VERSION}",
            "docker-container://no-such-engine",
            "the dagger on PATH reaches no engine at docker-container://no-such-engine",
        ),
    ],
)
def test_a_dagger_on_path_that_does_not_fit_is_passed_over(
    free: Shim, bin_folder: Path, told: str, runner: str, why: str
) -> None:
    (bin_folder / "dagger").write_text(f"#!/bin/sh\necho '{told} ({runner})'\n")
    (bin_folder / "dagger").chmod(0o755)
    shim = first_on_path(free, bin_folder, _EXPERIMENTAL_DAGGER_RUNNER_HOST=runner)
    assert spoken(shim("version"))[0].startswith(f"local engine ({why}; ")
    forced = shim("version", DAGGERW_ENGINE="path")
    assert (forced.returncode, spoken(forced)) == (1, [f"DAGGERW_ENGINE=path was asked for, but {why}"])


def test_env_makes_a_bare_dagger_work_in_a_shell(local: Shim) -> None:
    bare = local.behind("sh", "-c", 'eval "$("$1" env)" && dagger core version', "sh")
    done = bare()
    assert (done.returncode, done.stdout.strip()) == (0, VERSION), done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_call_right_after_one_that_was_cut_off_works(local: Shim, number: signal.Signals) -> None:
    marker = f"{600 + number}.{os.getpid()}"
    sleep = ("container", "from", "--address=debian:bookworm-slim", "with-exec", f"--args=sleep,{marker}", "stdout")
    with local.start("core", *sleep) as process:
        until(lambda: running(f"sleep {marker}"), 60, "the call is at work")
        process.send_signal(number)
        assert process.wait(30) != 0
    assert local("core", "version").stdout.strip() == VERSION
    until(lambda: not running(f"sleep {marker}"), 60, "what the call started has ended")


def running(command: str) -> bool:
    return subprocess.run(("pgrep", "-xf", command), stdout=subprocess.DEVNULL, check=False).returncode == 0  # noqa: S603, S607


def test_the_interactive_screen_that_the_local_cli_has_not_is_refused(local: Shim) -> None:
    done = local("call", "--progress", "tty", "services")
    assert (done.returncode, done.stdout) == (1, "")
    assert spoken(done)[-1] == (
        "the local engine's CLI has no interactive screen: use --progress=logs, plain, dots or report"
    )
