"""The demo's paper has what a person reads, and its terminal takes no other end for the one that it tells."""

from pathlib import Path
from typing import Final

import pytest

from tests.demo.noise import readable
from tests.demo.terminal import Terminal, Unexpected

STDERR: Final = """\
daggerw: local engine (DAGGERW_ENGINE=local)
▼ \x1b[1mconnecting to engine\x1b[0m
00:37:07 INF connected name=abc

▼ withExec /bin/sh -c 'npm run build'
> next build

▼ OisCfa.publishAll(
┆ ┆ tag: ["abc1234"]
┆ )
[1/2] identity built 30.5 s

user default: ois-cfa(by="")
Error: Failed: backoffice

1 of 2 failed: backoffice: why [traceparent:0123456789abcdef-01]
"""


def test_the_engines_own_lines_and_what_build_steps_say_are_left_out() -> None:
    assert list(readable(STDERR.splitlines())) == [
        "[1/2] identity built 30.5 s",
        "Error: Failed: backoffice",
        "",
        "1 of 2 failed: backoffice: why",
    ]


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path, {}, {str(tmp_path): "~/ois-cfa"})


def test_the_paper_has_the_commands_and_no_path_of_this_machine(terminal: Terminal) -> None:
    terminal.head("# Title")
    terminal.say("One.", "Two.")
    terminal.type("echo moving >&2; pwd", says="~/ois-cfa")
    terminal.type("false", ends=1)
    assert terminal.paper() == (
        "# Title\n\nOne. Two.\n\n"
        "```console\n$ echo moving >&2; pwd\nmoving\n\n~/ois-cfa\n```\n\n```console\n$ false\n```\n"
    )


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        pytest.param("exit 3", "`exit 3` ended with 3, expected was 0", id="ended"),
        pytest.param("echo no", '`echo no` was to say "yes", and did not', id="said"),
    ],
)
def test_another_end_is_named(terminal: Terminal, command: str, sentence: str) -> None:
    with pytest.raises(Unexpected) as fault:
        terminal.type(command, says="yes")
    assert str(fault.value) == sentence
