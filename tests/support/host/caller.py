"""A deploy in a process of its own, for a test to kill: it reads what to do from stdin and says how it ended."""

import asyncio
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from attrs import frozen

from ci.errors import PipelineError
from ci.host.report import verdict
from ci.host.site import Site
from ci.host.wanted import Wanted
from tests.support.host.small import Small, bring_from
from tests.support.registry import PUSHER
from tests.support.repository import ROOT

_SECONDS = 180


@frozen(kw_only=True)
class Caller:
    process: "subprocess.Popen[bytes]"

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)

    async def said(self) -> str:
        """Its last line; empty when it was killed."""
        out, _ = await asyncio.to_thread(self.process.communicate, timeout=_SECONDS)
        return out.decode().strip()


@contextmanager
def deploying(small: Small, wanted: Wanted) -> Iterator[Caller]:
    """Begin a deploy by another process, which ends with the block."""
    work = pickle.dumps((small.registry.address, small.site, wanted))
    argv = (sys.executable, "-m", "tests.support.host.caller")
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as process:  # noqa: S603
        assert process.stdin
        process.stdin.write(work)
        process.stdin.close()
        process.stdin = None
        try:
            yield Caller(process=process)
        finally:
            process.kill()


async def last_line(registry: str, site: Site, wanted: Wanted) -> str:
    """How a deploy ended: its verdict, or what the error says."""
    try:
        return verdict(await bring_from(registry, site, wanted, PUSHER))
    except PipelineError as fault:
        return f"{type(fault).__name__}: {fault}"


if __name__ == "__main__":
    print(asyncio.run(last_line(*pickle.load(sys.stdin.buffer))))  # noqa: S301  # of our own test
