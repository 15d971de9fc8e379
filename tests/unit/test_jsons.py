"""What comes from outside and is not what was asked for is a sentence of the edge where it came in."""

from base64 import b64encode
from typing import Final

import pytest

from ci import jsons
from ci.errors import LockMissing
from ci.host.read_facts import parse
from ci.host.release import Learned
from ci.lock import given

DEEP: Final = "[" * 100_000 + "]" * 100_000


@pytest.mark.parametrize("text", ["", "{", "\ud800", DEEP, b"\xff"])
def test_what_is_no_json_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        jsons.loads(text)


def test_a_deep_record_is_passed_over_and_named() -> None:
    record = b64encode(DEEP.encode()).decode()
    assert parse(f"record .releases/000001/release.json {record}\nstate {record}").unreadable == (
        ".releases/000001/release.json",
    )


@pytest.mark.parametrize("text", [DEEP, "[]", '{"withdrawn": 5}', '{"smoke": []}', '{"newest": 1}'])
def test_what_was_learned_by_another_program_is_nothing(text: str) -> None:
    assert Learned.from_json(text) == Learned()


def test_a_deep_lock_is_no_lock() -> None:
    with pytest.raises(LockMissing, match=r"is not an images\.lock\.json"):
        given(DEEP)
