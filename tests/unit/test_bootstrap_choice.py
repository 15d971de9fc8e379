"""Which engine `./daggerw` takes: the first that works, with the reasons."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from socket import AF_UNIX, create_server, socket

import pytest

from bootstrap import path, settings
from bootstrap.__main__ import wants_screen
from bootstrap.choice import Choice, Verdict, choose
from bootstrap.errors import Refused
from bootstrap.settings import Kind, Settings, pinned_version

VERSION = pinned_version()

YES, NO = True, False
RELEASED = f"dagger {VERSION} (image://registry.dagger.io/engine:{VERSION}) linux/amd64"


def decided(forced: Kind | None, **verdicts: tuple[bool, str]) -> tuple[Choice, list[str]]:
    """The choice among these verdicts, and which of them were asked for."""
    asked: list[str] = []

    def probe(name: str) -> Verdict:
        asked.append(name)
        works, why = verdicts[name]
        return Verdict(works=works, why=why)

    return choose(forced, {Kind(name): lambda name=name: probe(name) for name in verdicts}), asked  # type: ignore[misc]


def test_the_first_that_works_is_taken_and_no_more_are_asked() -> None:
    choice, asked = decided(None, path=(YES, "it reaches one"), official=(YES, "never asked"), local=(YES, ""))
    assert str(choice) == "path engine (it reaches one)"
    assert asked == ["path"]


def test_the_reasons_of_those_passed_over_stand_in_the_line() -> None:
    choice, _ = decided(None, path=(NO, "no dagger on PATH"), official=(NO, "no Docker"), local=(YES, ""))
    assert str(choice) == "local engine (no dagger on PATH; no Docker)"


@pytest.mark.parametrize("forced", Kind)
def test_the_one_that_is_asked_for_is_asked_alone(forced: Kind) -> None:
    choice, asked = decided(forced, path=(YES, "a"), official=(YES, "b"), local=(YES, ""))
    assert str(choice) == f"{forced} engine (DAGGERW_ENGINE={forced})"
    assert asked == [forced]


def test_the_one_that_is_asked_for_and_does_not_work_is_refused_with_the_reason() -> None:
    with pytest.raises(Refused) as refused:
        decided(Kind.OFFICIAL, path=(YES, "a"), official=(NO, "r.test does not answer"), local=(YES, ""))
    assert str(refused.value) == "DAGGERW_ENGINE=official was asked for, but r.test does not answer"


def test_none_that_works_is_refused_with_all_reasons() -> None:
    with pytest.raises(Refused) as refused:
        decided(None, path=(NO, "a"), official=(NO, "b"))
    assert str(refused.value) == "no engine works here: a; b"


@pytest.mark.parametrize(
    ("told", "version"),
    [
        pytest.param(RELEASED, VERSION, id="released"),
        pytest.param(f"dagger {VERSION}-010101-dev linux/amd64", f"{VERSION}-010101-dev", id="a build of one's own"),
        pytest.param("dagger 0.21", "of no known version", id="another form"),
        pytest.param("", "of no known version", id="silence"),
    ],
)
def test_a_dagger_tells_its_version(told: str, version: str) -> None:
    assert path.version_of(told) == version


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """A `dagger` alone on PATH whose engine listens on a socket."""
    (tmp_path / "dagger").write_text(f"#!/bin/sh\necho '{RELEASED}'\n")
    (tmp_path / "dagger").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with closing(socket(AF_UNIX)) as engine:
        engine.bind(str(tmp_path / "engine.sock"))
        yield settings.read({"_EXPERIMENTAL_DAGGER_RUNNER_HOST": f"unix://{tmp_path}/engine.sock"})


def test_a_dagger_on_path_with_an_engine_works(on_path: Settings) -> None:
    assert path.verdict(on_path) == Verdict(
        works=True, why=f"{shutil.which('dagger')} {VERSION} reaches {on_path.runner}"
    )


def test_a_dagger_of_another_version_is_passed_over(on_path: Settings) -> None:
    assert path.verdict(replace(on_path, version="v9.9.9")).why == f"the dagger on PATH is {VERSION}, not v9.9.9"


def test_a_dagger_without_its_engine_is_passed_over(on_path: Settings) -> None:
    found = path.verdict(replace(on_path, runner="unix:///nowhere"))
    assert found == Verdict(works=False, why="the dagger on PATH reaches no engine at unix:///nowhere")


def test_no_dagger_on_path_is_passed_over(on_path: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert path.verdict(on_path).why == "no dagger on PATH"


def test_a_port_that_listens_is_reached() -> None:
    with create_server(("127.0.0.1", 0)) as server:
        assert path.reaches(f"tcp://127.0.0.1:{server.getsockname()[1]}")


@pytest.mark.parametrize("runner", ["tcp://127.0.0.1:1", "tcp://127.0.0.1:none", "tcp://[::", "unix:///nowhere"])
def test_where_nothing_listens_nothing_is_reached(runner: str) -> None:
    assert not path.reaches(runner)


def test_what_cannot_be_asked_is_believed() -> None:
    assert path.reaches("kube-pod://engine")


@pytest.mark.parametrize("runner", ["container://engine", "docker-container://engine", "image://r.test/engine:v1"])
def test_a_docker_that_hangs_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, runner: str) -> None:
    (tmp_path / "docker").write_text("#!/bin/sh\nexec sleep 60\n")
    (tmp_path / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(path, "REACH_SECONDS", 0.2)
    assert not path.reaches(runner)


@pytest.mark.parametrize(
    ("progress", "arguments", "wanted"),
    [
        pytest.param("logs", ["call", "plan"], NO, id="not asked for"),
        pytest.param("tty", ["call", "plan"], YES, id="by the variable"),
        pytest.param("logs", ["call", "--progress=tty", "plan"], YES, id="by the flag"),
        pytest.param("logs", ["--progress", "tty", "version"], YES, id="by the flag in two words"),
        pytest.param("tty", ["--progress=plain", "version"], NO, id="the flag wins"),
    ],
)
def test_the_interactive_screen_is_noticed(progress: str, arguments: list[str], wanted: bool) -> None:  # noqa: FBT001
    assert wants_screen(progress, arguments) == wanted
