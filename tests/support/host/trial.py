"""A deploy from one release to the next on which a fault is tried, and what must hold after it, however it ended."""

import asyncio
from base64 import b64encode
from collections.abc import Awaitable, Sequence
from secrets import token_hex
from typing import Final, Self

from attrs import evolve, frozen

from ci.errors import Failed, PipelineError
from ci.host.deploy import Deployed, Status
from ci.host.release import Release, State
from ci.host.report import status_answer, verdict
from ci.host.wanted import Wanted
from tests.support.host.apps import Behaviour
from tests.support.host.small import SERVICES, Small
from tests.support.registry import PUSHER
from tests.support.registry.accounts import Account
from tests.support.waiting import until

_END_SECONDS: Final = 120
_PLACES: Final = ("/tmp", "/home", "/srv", "/root", "/var/tmp", "/dev/shm", "/run", "/etc")  # noqa: S108  # the host's


@frozen(kw_only=True)
class Trial:
    """`old` runs, healthy, as release 1; `new` is what the deploy under the fault brings."""

    small: Small
    old: Wanted
    new: Wanted
    files: str

    @classmethod
    async def begin(cls, small: Small, **behaviours: Behaviour) -> Self:
        """Deploy the old release; `behaviours` are those of the new one."""
        old = small.release("one")
        await small.seed(old)
        mark = token_hex(4)  # the host keeps images from test to test: these it has never seen
        fresh = {name: evolve(behaviours.get(name, Behaviour()), release=mark) for name in SERVICES}
        return cls(small=small, old=old, new=small.release("two", **fresh), files=small.files())

    async def deploy(self, account: Account = PUSHER) -> str:
        """Bring the new release, and tell the last line of the call."""
        return await said(self.small.deploy(self.new, account))

    async def is_all(self, runs: Wanted, state: State, account: Account = PUSHER, faults: Sequence[str] = ()) -> None:
        """Wait for the end of a switch that goes on, and assert what holds after every fault.

        One release runs, whole and well (`faults` are those of edited files); the last record says how its switch
        ended; nobody holds the lock; no secret is left in any file, and the files of the host are untouched.
        """
        await self.ended()
        assert self.small.images() == runs.images, self.small.images()
        status = await self.small.status()
        last = last_record(status)
        assert last.state is state, self.small.records()
        assert (*status.faults, *status.drift) == tuple(faults), (
            *(*status.faults, *status.drift),
            self.small.journal(last.number),
        )
        await self.left_nothing(account)

    async def is_a_mix_that_the_next_ends(self, sentence: str, ending: Wanted | None = None) -> None:
        """Assert that `status` fails and names what is left of a switch that nobody ends, and that a deploy ends it."""
        wanted = ending or self.new
        await self.ended()
        try:
            status_answer(await self.small.status(), as_json=False)
        except Failed as fault:
            assert sentence in str(fault)  # noqa: PT017  # the whole report is around it
        else:
            raise AssertionError("status names nothing")
        line = await said(self.small.deploy(wanted))
        assert line.startswith(f"deployed {wanted.commit} to cfa2"), line
        await self.is_all(wanted, State.HEALTHY)

    async def left_nothing(self, account: Account = PUSHER) -> None:
        """No secret in any file, and the files that no deploy may change as they were."""
        await asyncio.to_thread(until, lambda: not self.leaks(account), _END_SECONDS, "the password stays on the host")
        assert self.small.files() == self.files

    def leaks(self, account: Account) -> str:
        """The files on the host that hold the password, as it is or as Docker's own file has it."""
        encoded = b64encode(f"{account.user}:{account.password}".encode()).decode()
        script = f"grep -rslF --devices=skip -f - {' '.join(_PLACES)} || true"
        return self.small.host.run("sh", "-c", script, stdin=f"{account.password}\n{encoded}\n")

    async def ended(self) -> None:
        """Wait until nothing of any call runs on the host; the lock is free at once."""
        await asyncio.to_thread(until, self._idle, _END_SECONDS, "a call goes on and on")
        await self.small.until_unlocked(1)

    def _idle(self) -> bool:
        return self.small.host.sh(f"pgrep -u {self.small.host.user} || true") == ""


def last_record(status: Status) -> Release:
    """The last release, of records that can all be read and of which one is healthy."""
    assert status.facts.unreadable == ()
    assert status.facts.healthy
    return status.facts.releases[-1]


async def said(call: Awaitable[Deployed]) -> str:
    """The last line of a call: its verdict, or what the error says."""
    try:
        return verdict(await call)
    except PipelineError as fault:
        return f"{type(fault).__name__}: {fault}"
