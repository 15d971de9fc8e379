"""Whatever leaves a function is one sentence."""

import json
import re
from inspect import iscoroutinefunction, signature
from typing import Final
from unittest.mock import MagicMock

import dagger
import pytest
from dagger.mod._exceptions import FunctionError

from ci.errors import DeployFailed, DeployRefused
from ci.module import OisCfa
from ci.verb import error_of


def raised(fault: Exception) -> BaseException:
    """The same with the place where it was raised."""
    with pytest.raises(type(fault)) as caught:
        raise fault
    return caught.value


FAULTS: Final = (
    KeyError("secret"),
    RecursionError("deep"),
    UnicodeDecodeError("utf-8", b"\xff", 0, 1, "secret"),
    json.JSONDecodeError("secret", "{", 1),
    ValueError("Port could not be cast to integer value as 'secret'"),
    TypeError("secret"),
    OSError(28, "secret"),
    MemoryError(),
    AssertionError(),
    ExceptionGroup("many", [ValueError("secret"), KeyError("x")]),
)
EDGES: Final = ("_workspace", "_access", "_site", "_scratch", "_published")  # what each function takes first
FUNCTIONS: Final = sorted(
    name for name, method in vars(OisCfa).items() if iscoroutinefunction(method) and name[0] != "_"
)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
async def test_whatever_a_function_meets_it_says_one_sentence_with_its_place_and_no_value(
    name: str, fault: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meet(*_: object) -> None:
        raise fault

    for edge in EDGES:
        monkeypatch.setattr(OisCfa, edge, meet)
    function = getattr(OisCfa(), name)
    needed = [each for each in signature(function).parameters.values() if each.default is each.empty]
    with pytest.raises(FunctionError) as caught:
        await function(*(MagicMock() for _ in needed))
    error = caught.value
    assert type(error).__name__ == "InternalError"
    assert re.fullmatch(
        r"[A-Za-z]+ at \S+test_verb.py:\d+; call again with `--debug --progress=plain` and report it", str(error)
    )


def test_every_function_is_there() -> None:
    assert {"services", "plan", "build", "deploy", "rollback", "status", "install", "adopt_check", "adopt_draft"} <= {
        *FUNCTIONS
    }
    assert all(hasattr(OisCfa, edge) for edge in EDGES)


def test_what_was_written_for_the_user_stays() -> None:
    group = ExceptionGroup("one of several", [DeployRefused("a sentence"), KeyError("x")])
    assert (type(error_of(group)).__name__, str(error_of(group))) == ("DeployRefused", "a sentence")
    assert str(error_of(DeployFailed("a\ntable"))) == "\na\ntable"
    assert type(error_of(dagger.DaggerError("the engine"))).__name__ == "EngineError"
