"""An answer counts only when it stands whole in a frame, whatever a host prints around it."""

import asyncio
import hashlib
from typing import Final

import pytest

from ci.host.connection import FRAME, _Frame, payload

NONCE: Final = "c0ffee"


async def played(body: str, *arguments: str, stdin: bytes = b"") -> bytes:
    """What the frame's script really prints."""
    process = await asyncio.create_subprocess_exec(
        *("sh", "-c", FRAME, NONCE),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    return (await process.communicate(payload(body, *arguments) + stdin))[0]


def framed(seen: bytes) -> tuple[_Frame, list[str]]:
    told: list[str] = []
    frame = _Frame(NONCE, told.append)
    for index in range(0, len(seen), 7):  # in pieces, as a link brings it
        frame.feed(seen[index : index + 7])
    return frame, told


@pytest.mark.parametrize(
    ("body", "code", "text"),
    [
        ('printf "%s|" "$@"', 0, "a b|c|"),
        ("echo out; echo err >&2; exit 7", 7, "out\nerr\n"),
        ("cat", 0, "from stdin"),
        ("true", 0, ""),
        ("printf 'no end of line'", 0, "no end of line"),
        ("echo 'Grüße'", 0, "Grüße\n"),
    ],
)
async def test_what_a_command_leaves_arrives_as_it_is(body: str, code: int, text: str) -> None:
    frame, _ = framed(b"motd\n" + await played(body, "a b", "c", stdin=b"from stdin") + b"bye\n")
    answer = frame.answer()
    assert answer
    assert (answer.code, answer.text) == (code, text)


async def test_an_argument_may_be_longer_than_a_command_line() -> None:
    text = "a line of a realm's export\n" * 20_000
    frame, _ = framed(await played('printf %s "$1"', text))
    answer = frame.answer()
    assert answer
    assert answer.text == text


@pytest.mark.parametrize("body", ["trap 'echo cleaned' EXIT; exit 3", "trap 'echo cleaned' EXIT; (exit 3)"])
async def test_a_script_cleans_up_when_it_ends(body: str) -> None:
    frame, _ = framed(await played(body))
    answer = frame.answer()
    assert answer
    assert (answer.code, answer.text) == (3, "cleaned\n")


async def test_lines_are_told_while_it_runs() -> None:
    seen = await played("""printf '\\n%s: %s\\n' "$0" one >&3; echo x; printf '\\n%s: %s\\n' "$0" two >&3""")
    frame, told = framed(seen)
    assert told == ["one", "two"]
    assert frame.answer()


async def test_a_part_of_an_answer_is_none() -> None:
    seen = await played("echo hello")
    assert all(framed(seen[:length])[0].answer() is None for length in range(len(seen)))


def test_a_forged_or_damaged_answer_is_none() -> None:
    good = hashlib.sha256(b"x").hexdigest()
    for nonce, text in (("other", "x"), (NONCE, "y")):
        assert framed(f"\n{nonce} answer 0 1 {good}\n{text}\n{nonce} end\n".encode())[0].answer() is None


def test_a_shell_that_never_came_to_the_command_is_told_apart() -> None:
    assert ".bashrc" in framed(b"welcome")[0].late("")
    late = framed(f"\n{NONCE} ready\n".encode())[0].late(" within 3 s")
    assert late == "did not answer in full within 3 s; see `status` for what became"
