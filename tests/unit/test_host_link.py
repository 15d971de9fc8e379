"""A link that goes in the middle of an answer is a failure, though the library raises nothing for it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

import asyncssh
import pytest

from ci.errors import HostUnreachable
from ci.host.connection import Link, connect
from ci.host.target import Target

HERE: Final = "127.0.0.1"
Serve = Callable[["asyncssh.SSHServerProcess[str]"], None]


@asynccontextmanager
async def served(serve: Serve) -> AsyncIterator[Link]:
    """A link to a server of this process that answers each command so."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    public = key.export_public_key().decode()
    authorized = asyncssh.import_authorized_keys(public)
    async with asyncssh.listen(
        HERE, 0, server_host_keys=[key], authorized_client_keys=authorized, process_factory=serve
    ) as server:
        port = server.get_port()
        target = Target(
            name="cfa2",
            address=HERE,
            port=port,
            via=(HERE, port),
            user="user",
            key=key.export_private_key().decode(),
            known_hosts=f"cfa2 {public}",
        )
        async with connect(target) as link:
            yield link


def nonce(process: "asyncssh.SSHServerProcess[str]") -> str:
    """The mark of the frame that was asked for."""
    assert process.command
    return process.command.split()[-1]


def never_comes(process: "asyncssh.SSHServerProcess[str]") -> None:
    process.stdout.write("welcome\n")
    process.close()


def begins(process: "asyncssh.SSHServerProcess[str]") -> None:
    process.stdout.write(f"\n{nonce(process)} ready\n\n{nonce(process)} answer 0 4 ")
    process.close()


async def test_a_server_that_closes_gives_no_exit_status_and_no_exception() -> None:
    async with served(begins) as link:
        ended = await link._connection.run("true x")
        assert (ended.exit_status, ended.exit_signal) == (None, None)


@pytest.mark.parametrize(
    ("serve", "sentence"),
    [
        pytest.param(never_comes, r"did not come to our command \(.*\): its output ended before", id="before it began"),
        pytest.param(
            begins, "did not answer in full: its output ended before; see `status` for what became", id="half said"
        ),
    ],
)
async def test_a_command_without_an_exit_status_is_a_failure(serve: Serve, sentence: str) -> None:
    async with served(serve) as link:
        with pytest.raises(HostUnreachable, match=rf"^cfa2 {sentence}$"):
            await link.ask("true", seconds=10)
