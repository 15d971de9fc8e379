"""Whatever leaves a function is one sentence."""

import json

import dagger
import pytest

from ci.errors import DeployFailed, DeployRefused
from ci.verb import error_of


def raised(fault: Exception) -> BaseException:
    """The same with the place where it was raised."""
    with pytest.raises(type(fault)) as caught:
        raise fault
    return caught.value


@pytest.mark.parametrize(
    "fault",
    [
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
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_a_defect_is_one_sentence_with_its_place_and_no_value(fault: Exception) -> None:
    error = error_of(raised(fault))
    assert type(error).__name__ == "InternalError"
    assert str(error).endswith("; call again with `--debug` and report it")
    assert "\n" not in str(error)
    assert "secret" not in str(error)


def test_what_was_written_for_the_user_stays() -> None:
    group = ExceptionGroup("one of several", [DeployRefused("a sentence"), KeyError("x")])
    assert (type(error_of(group)).__name__, str(error_of(group))) == ("DeployRefused", "a sentence")
    assert str(error_of(DeployFailed("a\ntable"))) == "\na\ntable"
    assert type(error_of(dagger.DaggerError("the engine"))).__name__ == "EngineError"
