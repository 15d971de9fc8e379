"""Looks into every process of the host, again and again, for words that no argument or variable may hold."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO, Final

from attrs import frozen

from tests.support.host.host import Host
from tests.support.waiting import until

# The words come by stdin and lie in a file without a name, so that this is not itself what it looks for.
_LOOK: Final = """
umask 077
file=$(mktemp)
while IFS= read -r word && [ -n "$word" ]; do printf '%s\\n' "$word"; done >"$file"
exec 3<"$file"
rm "$file"
exec 4<&0
{ cat <&4 >/dev/null; kill $$; } &
echo looking
while :; do
  for found in $(grep -l -a -s -F -f /dev/fd/3 /proc/[0-9]*/cmdline /proc/[0-9]*/environ); do
    process=${found%/*}
    echo "${found##*/} of $(cat "$process/comm" 2>/dev/null)"
  done
  sleep 0.2
done
"""


@frozen
class Sampler:
    """What it saw so far: where, and the name of the process; never the word."""

    _said: IO[bytes]

    @property
    def seen(self) -> Sequence[str]:
        return self._lines()[1:]

    def _lines(self) -> Sequence[str]:
        self._said.seek(0)
        return self._said.read().decode().splitlines()


@contextmanager
def sampling(host: Host, words: Sequence[str]) -> Iterator[Sampler]:
    """Look for the words as long as the block lasts; after a host's end there is nothing to see."""
    argv = ("docker", "exec", "--interactive", host.name, "sh", "-c", _LOOK)
    with TemporaryFile() as said, subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=said) as look:  # noqa: S603
        assert look.stdin
        look.stdin.write("".join(f"{word}\n" for word in (*words, "")).encode())
        look.stdin.flush()
        sampler = Sampler(said)
        until(sampler._lines, 10, "the sampler does not start")
        try:
            yield sampler
            assert look.poll() is None, "the sampler has ended before"
        finally:
            look.stdin.close()
            look.wait(10)
