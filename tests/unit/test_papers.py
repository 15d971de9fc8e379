"""The papers say what is there: calls, links, targets and commands."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import pytest

from bootstrap.__main__ import spelled
from ci.module import OisCfa
from tests.support.papers import Paper, calls
from tests.support.papers.api import functions_of

ROOT: Final = Path(__file__).parents[2]
README: Final = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE: Final = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS: Final = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
PAPERS: Final = tuple(
    path
    for pattern in ("*.md", "docs/**/*.md", "sample/**/*.md")
    for path in sorted(ROOT.glob(pattern))
    if "node_modules" not in path.parts
)
WITH_CALLS: Final = (*PAPERS, *sorted(ROOT.glob(".gitlab-ci.yml")), *sorted(ROOT.glob("ci/**/*.py")))
TWO_SCREENS: Final = 110  # lines
VERBS: Final = {"call", "down", "doctor", "env", "help", "up"}  # of ./daggerw
# What a shell has built in, and what other machines than this one have.
PROGRAMS: Final = {"cd", "export", "dagger", "docker", "scp", "ssh", "ssh-keygen", "ssh-keyscan", "sudo", "systemctl"}


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_the_readme_calls_every_function() -> None:
    shown = re.findall(r"^ *(?:\$ )?\./daggerw call ([a-z0-9-]+)", README, re.MULTILINE)
    assert set(spelled(shown)) == set(functions_of(OisCfa))


def test_the_readme_fits_on_two_screens() -> None:
    assert len(README.splitlines()) <= TWO_SCREENS


def test_every_make_target_explains_itself() -> None:
    rules = re.findall(r"^([a-z-]+):(?! export)(.*)", MAKEFILE, re.MULTILINE)
    assert rules
    assert [name for name, rest in rules if " ## " not in rest] == []


@pytest.mark.parametrize("path", WITH_CALLS, ids=named)
def test_every_call_can_be_made(path: Path) -> None:
    shown = calls.calls_in(path.read_text(encoding="utf-8"))
    assert [fault for call in shown for fault in calls.faults_of(call)] == []


@pytest.mark.parametrize(
    ("call", "faults"),
    [
        pytest.param("deploy-cfa2", ["the module has no function deploy-cfa2"], id="function"),
        pytest.param("plan --json", ["plan has no --json"], id="flag"),
        pytest.param("logs --tail 5", ["logs lacks --service"], id="left out"),
        pytest.param("build --service", ["--service of build lacks its value"], id="no value"),
        pytest.param("status --as-json --host cfa2 | jq .", [], id="up to the pipe"),
        pytest.param("publish-all --tag $(git rev-parse --short=8 HEAD) --tag dev", [], id="filled in"),
        pytest.param("--ssh tcp://cfa2:22 deploy", [], id="before the function"),
        pytest.param("build --service identity as-service up --ports 55001:8080", [], id="chain"),
        pytest.param("build --service identity as-servise", ["build has no function as-servise"], id="end of a chain"),
        pytest.param("services terminal", ["services has no function terminal"], id="after a text"),
        pytest.param('logs --service "identity', ['logs --service "identity: No closing quotation'], id="quotation"),
    ],
)
def test_a_call_that_cannot_be_made_is_found(call: str, faults: list[str]) -> None:
    assert calls.faults_of(call) == faults


def test_calls_are_found_in_code_in_sentences_and_over_two_lines() -> None:
    text = "Say `dagger call`, or `dagger call plan`.\n\n    $ ./daggerw call build \\\n        --service identity\n"
    assert calls.calls_in(text) == ["plan", "build --service identity"]


@pytest.mark.parametrize("path", PAPERS, ids=named)
def test_every_link_leads_somewhere(path: Path) -> None:
    assert [link for link in Paper(path).links if not leads(path, link)] == []


def leads(path: Path, link: str) -> bool:
    file, _, anchor = link.partition("#")
    if "://" in file:
        return file.startswith("https://")
    target = (path.parent / file) if file else path
    anchors = {heading.anchor for heading in Paper(target).headings} if anchor and target.exists() else {""}
    return target.exists() and unquote(anchor) in anchors


@pytest.mark.parametrize("path", PAPERS, ids=named)
def test_every_command_exists(path: Path) -> None:
    shells = [fence.text for fence in Paper(path).fences if fence.language == "sh"]
    assert [command for shell in shells for command in commands(shell) if not exists(command)] == []
    named_targets = set(re.findall(r"`make ([a-z-]+)", path.read_text(encoding="utf-8")))
    assert named_targets <= TARGETS


@pytest.mark.parametrize("path", PAPERS, ids=named)
def test_a_shell_reads_every_command(path: Path) -> None:
    shells = "\n".join(fence.text for fence in Paper(path).fences if fence.language == "sh")
    bash = shutil.which("bash")
    assert bash
    read = subprocess.run((bash, "-n"), input=shells, text=True, capture_output=True, check=False)  # noqa: S603
    assert read.stderr == ""


def commands(shell: str) -> list[list[str]]:
    """The commands of a block, each with its first argument, without the variables set for it."""
    lines = re.sub(r"\\\n\s*", "", shell).splitlines()
    found = (word for line in lines for word in re.split(r"&&|\|\||\||;", re.sub(r"(?:^|\s)#.*", "", line)))
    return [words[:2] for one in found if (words := re.sub(r"^(?:\w+=\S*\s+)+", "", one.strip()).split())]


def exists(command: list[str]) -> bool:
    match command:
        case ["make", target]:
            return target in TARGETS
        case ["./daggerw" | "pipeline/daggerw", verb]:
            return verb in VERBS
        case [program, *_] if "/" in program:
            return (ROOT / program).exists()
        case [program, *_]:
            return program in PROGRAMS or shutil.which(program) is not None
        case _:
            return False
