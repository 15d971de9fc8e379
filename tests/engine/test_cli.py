"""What the CLI alone does: arguments, both forms of an answer, help, defaults, secrets, files, Ctrl+C.

What a function does is proven on the same objects in this process (`tests/support/functions.py`).
"""

import inspect
import json
import os
import re
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import dagger
import pytest
from attrs import field, frozen
from dagger import dag

from ci.module import OisCfa
from tests.engine.conftest import TinyCli
from tests.support.connection import Connection
from tests.support.papers.api import functions_of
from tests.support.pipeline import Pipeline, told
from tests.support.registry import PUSHER, LiveRegistry
from tests.support.repository import ROOT, Repository, emptied
from tests.support.waiting import until

BASE: Final = "FROM debian:bookworm-slim\n"
BROKEN: Final = f"{BASE}RUN echo 'Startup.cs(7,3): error CS1002: ; expected' && exit 3\n"
TESTED: Final = f"{BASE.strip()} AS test\nCOPY junit.xml /\n{BASE}COPY file /\n"
COMMAND: Final = '[services.one.test]\ncommand = "cp /junit.xml /reports/"\n'
JUNIT: Final = '<testsuite><testcase classname="A" name="good"/></testsuite>'
NOTHING_SET: Final = {
    "CI_REGISTRY_IMAGE": "",
    "CI_REGISTRY_USER": "",
    "CI_REGISTRY_PASSWORD": "",
    "CI_COMMIT_SHORT_SHA": "",
}
FUNCTIONS: Final = functions_of(OisCfa)


@frozen
class Call:
    """A call, what its text holds, and a value of its JSON by the keys on the way there."""

    arguments: tuple[str, ...]
    text: str
    path: tuple[str | int, ...]
    value: Any
    variables: Mapping[str, str] = field(factory=dict)  # of the call for its text

    def __str__(self) -> str:
        return self.arguments[0]


CALLS: Final[Sequence[Call]] = (
    Call(("services",), "one ", (0, "name"), "one", NOTHING_SET),
    Call(("plan", "--only", "one", "--verify", "--bases", "c110001"), "same inputs as sha256:", (0, "action"), "reuse"),
    Call(
        ("build-all", "--only", "tiny", "--memory", "1GB"), "all 1 there: 1 built", (0, "status"), "built", NOTHING_SET
    ),
    Call(
        (
            *("publish-all", "--tag", "c110002", "--tag", "c11-head", "--only", "one", "--memory", "1GB"),
            *("--bases", "c110001", "--verify"),
        ),
        "all 1 there: 0 built, 1 reused",
        (0, "status"),
        "reused",
    ),
    Call(("publish-all", "--tag", "c110003", "--rebuild"), "1 built", (0, "cause"), "--rebuild asks for it"),
    Call(
        ("promote", "--from", "c110001", "--to", "latest", "--allow-older"),
        "latest is c110001",
        ("commit",),
        "c110001",
    ),
    Call(("test", "--only", "one", "--memory", "1GB", "--rerun"), "1 passed", (0, "tally", "tests"), 1),
)


def fill(repository: Repository) -> None:
    """One service, which has tests."""
    repository.service("one", TESTED)
    repository.append("services.toml", COMMAND)
    repository.append("small/one/file", repository.seed)
    repository.write("small/one/junit.xml", JUNIT)


@pytest.fixture(scope="module")
def published(session_pipeline: Pipeline, session_small: Repository) -> Pipeline:
    """A job in a repository of one service, which was published."""
    fill(emptied(session_small))
    pipeline = session_pipeline.at(session_small.root)
    pipeline.good("publish-all", "--tag", "c110001")
    return pipeline


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_a_function_takes_its_arguments_and_answers_in_words_and_in_json(published: Pipeline, call: Call) -> None:
    assert call.text in published.good(*call.arguments, **call.variables)
    value = json.loads(published.good(*call.arguments, "--as-json"))
    for key in call.path:
        value = value[key]
    assert value == call.value


def test_adopt_check_answers_in_words_and_in_json(pipeline: Pipeline) -> None:
    assert "no faults and no warnings, " in pipeline.good("adopt-check")
    assert json.loads(pipeline.good("adopt-check", "--as-json"))["checks"][0]["check"] == "catalogue"


def test_files_are_written_where_o_says(published: Pipeline, tmp_path: Path) -> None:
    for function, arguments, file in (
        ("lock", ("--tag", "c110001"), ""),
        ("report", ("--tag", "c110001"), "report.md"),
        ("test-report", ("--only", "one", "--memory", "1GB"), "junit.xml"),
    ):
        published.good(function, *arguments, "-o", str(tmp_path / function))
        assert (tmp_path / function / file).is_file(), function


def test_the_engine_knows_each_function_with_its_help_and_each_argument_with_its_own(connection: Connection) -> None:
    """The CLI's help is made of this."""

    async def helps() -> dict[str, tuple[str, dict[str, str]]]:
        (module,) = await dag.module_source(str(ROOT)).as_module().objects()
        functions = await module.as_object().functions()
        return dict([await described(function) for function in functions])

    async def described(function: dagger.Function) -> tuple[str, tuple[str, dict[str, str]]]:
        arguments = {await one.name(): await one.description() for one in await function.args()}
        return await function.name(), (await function.description(), arguments)

    known = {flat(name): described for name, described in connection.run(helps()).items()}
    methods = {flat(name): method for name, method in vars(OisCfa).items() if not name.startswith("_")}
    assert known.keys() == {flat(name) for name in FUNCTIONS}
    for name, function in FUNCTIONS.items():
        description, arguments = known[flat(name)]
        document = inspect.getdoc(methods[flat(name)]) or ""
        assert description.splitlines()[0] == document.splitlines()[0]
        assert {flat(argument) for argument in arguments} == {flat(flag) for flag in function.flags}
        assert all(arguments.values()), (name, arguments)


def test_help_shows_a_function_and_its_arguments(pipeline: Pipeline) -> None:
    text = pipeline.good("deploy", "--help")
    assert text.startswith("Bring a host to what a tag's lock names")
    documented = re.findall(r"^ +(--[a-z-]+)(?: \w+)?\s+[A-Z]", text, re.MULTILINE)
    assert set(documented) == {*FUNCTIONS["deploy"].flags}, text


@pytest.mark.parametrize(
    ("arguments", "variables", "sentence"),
    [
        pytest.param(("publish-all",), NOTHING_SET, "SettingMissing: not set: CI_REGISTRY_IMAGE (--regis", id="unset"),
        pytest.param(("lock", "--tag", "never"), {}, "LockMissing: ", id="no lock"),
    ],
)
def test_a_refusal_ends_the_call_with_one_sentence(
    published: Pipeline, arguments: tuple[str, ...], variables: dict[str, str], sentence: str
) -> None:
    refused = published.call(*arguments, **variables)
    assert refused.returncode == 1, told(refused)
    assert refused.stdout.strip() == ""
    assert sentence in refused.stderr, told(refused)
    assert "Traceback" not in refused.stderr


def test_flags_win_over_the_committed_defaults(published: Pipeline, registry: LiveRegistry) -> None:
    flags = (
        *("--registry", f"{registry.address}/group/project", "--registry-user", PUSHER.user),
        *("--registry-password", "env://MY_PASSWORD", "publish-all", "--tag", "f1a9000"),
    )
    wrong = {"CI_REGISTRY_IMAGE": "nowhere.test/x/y", "CI_REGISTRY_USER": "nobody", "CI_REGISTRY_PASSWORD": "wrong"}
    published.good(*flags, **wrong, MY_PASSWORD=PUSHER.password)
    assert "f1a9000" in registry.tags("group/project/one")


def test_each_caller_is_asked_for_the_password_though_the_constructors_answer_is_kept(published: Pipeline) -> None:
    published.good("plan")
    refused = published.call("plan", CI_REGISTRY_PASSWORD="wrong")
    assert f"refused the login of {PUSHER.user} (401)" in refused.stderr, told(refused)
    published.good("plan")


def test_variables_that_are_not_there_at_all_are_named_at_once(published: Pipeline) -> None:
    bare = published.without("CI_REGISTRY_IMAGE", "CI_REGISTRY_PASSWORD", "SSH_PRIVATE_KEY")
    bare.good("services")
    refused = bare.call("plan-deploy")
    names = "CI_REGISTRY_IMAGE (--registry), CI_REGISTRY_PASSWORD (--registry-password), SSH_PRIVATE_KEY (--ssh-key)"
    assert f"SettingMissing: not set: {names}; GitLab gives" in refused.stderr, told(refused)


def test_the_committed_defaults_serve_without_a_flag(
    published: Pipeline, registry: LiveRegistry, tmp_path: Path
) -> None:
    published.good("publish-all", CI_COMMIT_SHORT_SHA="defa117")
    assert "defa117" in registry.tags("group/project/one")
    published.good("lock", "-o", str(tmp_path / "images.lock.json"), CI_COMMIT_SHORT_SHA="defa117")
    assert '"commit": "defa117"' in (tmp_path / "images.lock.json").read_text()


@pytest.mark.parametrize("arguments", [("plan",), ("build", "--service", "one", "sync")])
def test_what_needs_no_secret_works_with_none_set(published: Pipeline, arguments: tuple[str, ...]) -> None:
    published.good(*arguments, **NOTHING_SET)


@pytest.mark.parametrize("progress", ["plain", "logs", "dots", "report"])
def test_a_failed_run_ends_with_its_table_in_every_progress_mode(tiny_cli: TinyCli, progress: str) -> None:
    repository, pipeline = tiny_cli
    for name, dockerfile in (("first", f"{BASE}COPY file /\n"), ("second", BROKEN)):
        repository.service(name, f"{dockerfile}# {repository.seed}\n")
    failed = pipeline.dagger(f"--progress={progress}", "call", "build-all")
    assert failed.returncode == 1, told(failed)
    assert failed.stdout.strip() == ""
    for name, status in (("first", "built"), ("second", "failed")):
        assert re.search(rf"^{name} +{status} ", failed.stderr, re.MULTILINE), told(failed)
    last = failed.stderr.strip().splitlines()[-1].partition(" [traceparent")[0]
    assert last == "1 of 2 failed: second: Startup.cs(7,3): error CS1002: ; expected", told(failed)
    assert "Traceback" not in failed.stderr
    assert ".py" not in failed.stderr


def test_ctrl_c_ends_the_run_and_what_it_had_started(tiny_cli: TinyCli) -> None:
    repository, pipeline = tiny_cli
    seconds = f"600.{int(repository.seed, 16)}"  # a mark that no other process bears
    repository.service("endless", f"{BASE}RUN sleep {seconds}\n")
    running = pipeline.start("build-all")
    try:
        until(lambda: sleepers(seconds), 120, "the build step does not start")
        os.killpg(running.pid, signal.SIGINT)
        _, stderr = running.communicate(timeout=60)
    finally:
        running.kill()
    assert running.returncode != 0
    assert "Traceback" not in stderr
    until(lambda: not sleepers(seconds), 60, "the build step still runs")


def flat(name: str) -> str:
    """A name without what the CLI, the engine and Python write in different ways."""
    return name.lstrip("-").replace("-", "").replace("_", "").lower()


def sleepers(seconds: str) -> list[str]:
    """The processes of this machine, containers included, that sleep so long."""
    command = f"sleep\0{seconds}\0".encode()
    return [file.parent.name for file in Path("/proc").glob("[0-9]*/cmdline") if _content(file) == command]


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:  # it has ended
        return b""
