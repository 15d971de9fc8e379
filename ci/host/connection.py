"""The link to a Docker host: one SSH connection to a pinned key, and answers that noise cannot forge."""

import base64
import hashlib
import re
import secrets
import shlex
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

import asyncssh
from anyio import fail_after
from attrs import define, frozen

from ci.errors import HostKeyUnknown, HostRefused, HostUnreachable
from ci.host.target import Target
from ci.retries import retry_context

CONNECT_SECONDS: Final = 20
READY_SECONDS: Final = 20  # from a command's start to its first mark
KEEPALIVE_SECONDS: Final = 5
KEEPALIVES: Final = 3  # unanswered ones, after which the link is given up
CHANNEL_ATTEMPTS: Final = 6  # a server may allow one session at a time
CHUNK: Final = 65_536
TOLD_BY: Final = "see `status` for what became"

# A host's .bashrc runs before every command: it may print, end the shell or eat stdin. So output counts only between
# marks with a nonce, length and checksum, and nothing secret is sent before the first of them. The script and its
# arguments come on stdin, for a command line takes 128 KiB. Scripts write numbers: the language is always the same.
FRAME: Final = """\
read -r payload && payload=$(printf %s "$payload" | base64 -d) && [ -n "$payload" ] || exit
export LC_ALL=C
printf '\\n%s ready\\n' "$0"
exec 3>&1
eval "set -- $payload"
out=$( (body=$1; shift; eval "$body") 2>&1; printf '\\n%s' "$?")
code=${out##*
}
out=${out%
*}
printf '\\n%s answer %s %s %s\\n%s\\n%s end\\n' "$0" "$code" "$(printf %s "$out" | wc -c)" \\
  "$(printf %s "$out" | sha256sum | cut -c1-64)" "$out" "$0"
"""

Tell = Callable[[str], None]


@frozen
class Answer:
    """What a command left: its exit code, and stdout with stderr; only what stood inside the frame."""

    code: int
    text: str


class Link:
    """One connection; commands are asked one after another or at once."""

    def __init__(self, name: str, connection: asyncssh.SSHClientConnection) -> None:
        self._name = name
        self._connection = connection

    @property
    def here(self) -> str:
        """The address of this machine from which the link goes out."""
        return str(self._connection.get_extra_info("sockname")[0])

    async def ask(
        self, body: str, *arguments: str, seconds: float, stdin: bytes = b"", tell: Tell | None = None
    ) -> Answer:
        """Run a POSIX script with arguments ($0 is the nonce; what it writes to fd 3 as `NONCE: TEXT` is told at once).

        Raise `HostUnreachable` when no whole answer comes within the seconds.
        """
        frame = _Frame(secrets.token_hex(12), tell)
        try:
            with fail_after(seconds):
                process = await self._open(shlex.join(("sh", "-c", FRAME, frame.nonce)))
                async with process:
                    _send(process, payload(body, *arguments), last=not stdin)
                    answer = await self._read(process, frame, stdin)
        except TimeoutError:
            late = frame.late(f" within {seconds if frame.ready else READY_SECONDS:.0f} s")
            raise HostUnreachable(f"{self._name} {late}") from None
        except (OSError, asyncssh.Error) as fault:
            raise HostUnreachable(f"the link to {self._name} broke: {fault}; {TOLD_BY}") from None
        return answer

    @asynccontextmanager
    async def way_to(self, port: int, address: str = "127.0.0.1") -> AsyncIterator[int]:
        """A port of an address of this machine that leads to one of the host's own; raise `HostUnreachable`."""
        try:
            listener = await self._connection.forward_local_port(address, 0, "127.0.0.1", port)
        except (OSError, asyncssh.Error) as fault:
            raise HostUnreachable(f"there is no way to port {port} of {self._name}: {fault}") from None
        async with listener:
            yield listener.get_port()

    async def _open(self, command: str) -> "asyncssh.SSHClientProcess[bytes]":
        retries = retry_context(on=self._opens_later, attempts=CHANNEL_ATTEMPTS, wait_max=2)
        async for attempt in retries:
            with attempt:
                return await self._connection.create_process(command, encoding=None)
        raise AssertionError  # stamina raises the last fault

    def _opens_later(self, fault: Exception) -> bool:
        return isinstance(fault, asyncssh.ChannelOpenError) and not self._connection.is_closed()

    async def _read(self, process: "asyncssh.SSHClientProcess[bytes]", frame: "_Frame", stdin: bytes) -> Answer:
        with fail_after(READY_SECONDS):
            while not frame.ready:
                await self._feed(process, frame)
        if stdin:
            _send(process, stdin, last=True)
        while not (answer := frame.answer()):
            await self._feed(process, frame)
        return answer

    async def _feed(self, process: "asyncssh.SSHClientProcess[bytes]", frame: "_Frame") -> None:
        chunk = await process.stdout.read(CHUNK)
        if not chunk:
            raise HostUnreachable(f"{self._name} {frame.late(': its output ended before')}")
        frame.feed(chunk)


def _send(process: "asyncssh.SSHClientProcess[bytes]", data: bytes, *, last: bool) -> None:
    """Write to a command's stdin; one that has ended takes nothing, and its output says what became of it."""
    with suppress(OSError):
        process.stdin.write(data)
        if last:
            process.stdin.write_eof()


def payload(*words: str) -> bytes:
    """A script and its arguments as `FRAME` reads them: one line."""
    return base64.b64encode(shlex.join(words).encode()) + b"\n"


@define
class _Frame:
    """What came so far of one answer."""

    nonce: str
    _tell: Tell | None
    _seen: bytes = b""
    _told: int = 0  # up to where lines were told

    @property
    def ready(self) -> bool:
        return f"\n{self.nonce} ready\n".encode() in self._seen

    def late(self, how: str) -> str:
        """The sentence about an answer that is not there."""
        if self.ready:
            return f"did not answer in full{how}; {TOLD_BY}"
        return (
            "did not come to our command (does a ~/.bashrc there end the shell or read stdin? "
            f"is a command forced?){how}"
        )

    def feed(self, chunk: bytes) -> None:
        self._seen += chunk
        for line in re.finditer(rb"^%s: (.*)\n" % self.nonce.encode(), self._seen[self._told :], re.MULTILINE):
            if self._tell:
                self._tell(line[1].decode(errors="replace"))
        self._told = self._seen.rfind(b"\n") + 1

    def answer(self) -> Answer | None:
        """The whole answer, once its last mark has come and its checksum is right."""
        mark = self.nonce.encode()
        head = re.search(rb"\n%s answer (\d+) (\d+) ([0-9a-f]{64})\n" % mark, self._seen)
        if not head:
            return None
        text = self._seen[head.end() : head.end() + int(head[2])]
        whole = self._seen[head.end() + len(text) :].startswith(b"\n%s end\n" % mark)
        if not whole or hashlib.sha256(text).hexdigest() != head[3].decode():
            return None
        return Answer(int(head[1]), text.decode(errors="replace"))


@asynccontextmanager
async def connect(target: Target) -> AsyncIterator[Link]:
    """A link to the host.

    Raise `HostKeyUnknown` before any login, `HostRefused` for a key that the host does not take, `HostUnreachable`.
    """
    try:
        connection = await asyncssh.connect(
            *target.via,
            username=target.user,
            client_keys=[target.private_key()],
            known_hosts=(target.pinned(), [], []),
            agent_path=None,
            config=None,
            connect_timeout=CONNECT_SECONDS,
            login_timeout=CONNECT_SECONDS,
            keepalive_interval=KEEPALIVE_SECONDS,
            keepalive_count_max=KEEPALIVES,
            preferred_auth="publickey",
        )
    except asyncssh.HostKeyNotVerifiable:
        raise HostKeyUnknown(
            f"{target.name} shows a host key that is not the one in git: nothing was sent. {target.to_check}"
        ) from None
    except asyncssh.PermissionDenied:
        raise HostRefused(
            f"{target.name} refused the key of {target.user}: its public half must be in ~{target.user}/.ssh/"
            "authorized_keys there (`ssh-keygen -y -f KEY` prints it)"
        ) from None
    except (OSError, TimeoutError, asyncssh.Error) as fault:
        reason = str(fault) or "no answer"
        raise HostUnreachable(f"{target.name} ({target.via[0]}:{target.via[1]}) cannot be reached: {reason}") from None
    async with connection:
        yield Link(target.name, connection)
