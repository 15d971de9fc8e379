"""What is asked of `./daggerw` before there is an engine: no word here may bring one up."""

import pytest

from bootstrap import __main__ as daggerw
from bootstrap.__main__ import HELP, main, spelled
from bootstrap.settings import Settings


@pytest.fixture(autouse=True)
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    def prepare(_asked: Settings, _kind: object) -> None:
        pytest.fail("an engine is brought up")

    monkeypatch.setattr(daggerw, "prepare", prepare)


@pytest.mark.parametrize("words", ["", "help", "--help", "-h", "down --help", "up -h", "doctor --help"])
def test_help_needs_no_engine(capsys: pytest.CaptureFixture[str], words: str) -> None:
    assert main(words.split()) == 0
    assert capsys.readouterr().out == HELP


@pytest.mark.parametrize("words", ["down now", "up --ports 1:2", "env zsh", "help me"])
def test_a_verb_stands_alone(capsys: pytest.CaptureFixture[str], words: str) -> None:
    assert main(words.split()) == 1
    verb = words.partition(" ")[0]
    assert capsys.readouterr().err == f"daggerw: {verb} stands alone: ./daggerw help says what there is\n"


@pytest.mark.parametrize(
    ("words", "passed_on"),
    [
        ("call deploy-cfa2 --tag dev", "call deploy-cfa-2 --tag dev"),
        ("call --registry r.test/g/p deploy-cfa2", "call --registry r.test/g/p deploy-cfa-2"),
        ("call --registry=r.test/g/p deploy-cfa2", "call --registry=r.test/g/p deploy-cfa-2"),
        ("call deploy-cfa-2", "call deploy-cfa-2"),
        ("call deploy --tag deploy-cfa2", "call deploy --tag deploy-cfa2"),
        ("", ""),
    ],
)
def test_a_function_with_a_digit_may_be_written_as_people_say_it(words: str, passed_on: str) -> None:
    assert spelled(words.split()) == passed_on.split()
