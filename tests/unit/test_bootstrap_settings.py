"""What the environment asks for, what of it is refused, and the shim that passes it on."""

import subprocess
from pathlib import Path

import pytest

from bootstrap import settings
from bootstrap.errors import Refused
from bootstrap.settings import Kind, pinned_version
from tests.support.repository import ROOT

VERSION = pinned_version()

VARIABLES = {
    "DAGGERW_CACHE": "/big/cache",
    "DAGGERW_INSTANCE": "second",
    "DAGGERW_ENGINE": "local",
    "DAGGERW_CLI_SOURCE": "http://127.0.0.1:1/",
    "DAGGERW_ENGINE_IMAGE": "r.test/engine",
    "_EXPERIMENTAL_DAGGER_RUNNER_HOST": "unix:///engine.sock",
    "CI_REGISTRY": "r.test:5443",
    "DOCKER_HOST": "tcp://docker:2375",
    "DAGGER_PROGRESS": "plain",
}
ANOTHER = 'DAGGERW_ENGINE is "{}": set it to path, official or local, or leave it unset'
NO_NAME = 'DAGGERW_INSTANCE is "{}": use small letters, digits and dashes'


def test_each_variable_is_read() -> None:
    asked = settings.read(VARIABLES)
    assert (asked.container, asked.own, asked.logs) == (
        "second-engine",
        Path("/big/cache/instances/second"),
        Path("/big/cache/logs"),
    )
    assert (asked.forced, asked.cli_source, asked.engine_image) == (Kind.LOCAL, "http://127.0.0.1:1", "r.test/engine")
    assert (asked.runner, asked.registry) == ("unix:///engine.sock", "r.test:5443")
    assert (asked.docker_host, asked.progress) == ("tcp://docker:2375", "plain")


@pytest.mark.parametrize("empty", [{}, dict.fromkeys(VARIABLES, "")])
def test_without_variables_the_published_engine_and_the_home_are_meant(empty: dict[str, str]) -> None:
    asked = settings.read(empty)
    assert (asked.version, asked.container, asked.forced) == (VERSION, "ois-engine", None)
    assert asked.cache == Path.home() / ".cache" / "ois-cfa"
    assert (asked.cli_source, asked.engine_image) == ("https://dl.dagger.io", "registry.dagger.io/engine")


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("DAGGERW_ENGINE", "docker", ANOTHER.format("docker")),
        ("DAGGERW_ENGINE", "Local", ANOTHER.format("Local")),
        ("DAGGERW_INSTANCE", "Ois", NO_NAME.format("Ois")),
        ("DAGGERW_INSTANCE", "../ois", NO_NAME.format("../ois")),
        ("DAGGERW_INSTANCE", "x" * 32, NO_NAME.format("x" * 32)),
        (
            "DAGGERW_CERTIFICATES",
            "/nowhere",
            "DAGGERW_CERTIFICATES is /nowhere (No such file or directory): name a folder that holds *.crt files",
        ),
        ("DAGGERW_CACHE", "/a:b", "DAGGERW_CACHE is /a:b: Docker mounts no folder with a colon in its name"),
    ],
)
def test_settings_refuse(variable: str, value: str, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        settings.read({variable: value})
    assert str(refused.value) == sentence


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"engineVersion": 21}', None])
def test_a_dagger_json_without_a_version_is_refused(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "dagger.json").write_text(text)
    with pytest.raises(Refused) as refused:
        settings.read({}, tmp_path)
    assert str(refused.value) == "dagger.json names no engineVersion: set it to that of Dagger, such as v1.2.3"


def test_a_user_without_a_home_is_asked_for_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    def expanduser(_: Path) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "expanduser", expanduser)
    with pytest.raises(Refused) as refused:
        settings.read({})
    assert str(refused.value) == "this user has no home: set DAGGERW_CACHE to a folder"


def shim(*argv: str, cwd: Path = ROOT, **variables: str) -> tuple[int, str, str]:
    """What a shim says in an environment of its own."""
    done = subprocess.run(  # noqa: S603  # arguments of our own
        argv, cwd=cwd, env={"PATH": "/usr/bin:/bin", **variables}, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder whose own Python modules have the names that ours use, with a link to the shim."""
    (tmp_path / "bootstrap").mkdir()
    for name in ("bootstrap/__init__.py", "bootstrap/__main__.py", "json.py", "signal.py"):
        (tmp_path / name).write_text("raise SystemExit('the wrong module')\n")
    (tmp_path / "link").symlink_to(ROOT / "daggerw")
    return tmp_path


@pytest.mark.parametrize("program", [str(ROOT / "daggerw"), "./link"])
def test_the_shim_works_from_any_folder(elsewhere: Path, program: str) -> None:
    code, told, faults = shim(program, "help", cwd=elsewhere)
    assert (code, told.splitlines()[0].split()[:2], faults) == (0, ["./daggerw", "ARGS"], "")


def test_the_shim_tells_a_refusal_in_one_line_on_stderr() -> None:
    assert shim("./daggerw", "call", DAGGERW_ENGINE="none") == (1, "", f"daggerw: {ANOTHER.format('none')}\n")


@pytest.mark.parametrize("verb", ["up", "down", "env"])
def test_a_cache_that_cannot_be_written_is_refused(tmp_path: Path, verb: str) -> None:
    (tmp_path / "file").touch()
    cache = tmp_path / "file" / "cache"
    assert shim("./daggerw", verb, DAGGERW_CACHE=str(cache), DAGGERW_ENGINE="local")[2].splitlines()[-1] == (
        f"daggerw: {cache} cannot be written (Not a directory): set DAGGERW_CACHE to a folder of yours, or use sudo"
    )
