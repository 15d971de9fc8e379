"""A person's terminal: what is typed, what it prints at once, and the paper that both become."""

import os
import signal
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from threading import Timer
from typing import IO, Final

from attrs import define, field

from tests.demo.noise import plain, readable

DEADLINE_SECONDS: Final = 1800


class Unexpected(Exception):
    """A step did not end as it must: the sentence says which and how."""


@define
class Terminal:
    """A shell in the folder of a repository; what it prints of `hidden` paths stands there under another name."""

    root: Path
    variables: Mapping[str, str]
    hidden: Mapping[str, str] = field(factory=dict)
    _paper: list[str] = field(factory=list)

    def head(self, title: str) -> None:
        """What the next commands are about."""
        self._paper.append(title)
        print(f"\n{title}", flush=True)

    def say(self, *sentences: str) -> None:
        """Words between the commands, a paragraph."""
        text = " ".join(sentences)
        self._paper.append(text)
        print(f"\n{text}\n", flush=True)

    def type(self, command: str, *, ends: int = 0, says: str = "") -> str:
        """Run a line of shell and return what it printed; raise `Unexpected` when it ends otherwise."""
        print(f"$ {command}", flush=True)
        with TemporaryFile("w+", encoding="utf-8") as answer:
            with self._process(command, answer) as process:
                lines = list(self._told(readable(process.stderr or ())))
            answer.seek(0)
            said = list(map(plain, answer))
        lines += self._told(["", *said] if lines and said else said)
        text = "\n".join(lines)
        fence = "````" if "```" in text else "```"
        self._paper.append(f"{fence}console\n$ {command}\n{text}".rstrip() + f"\n{fence}")
        if process.returncode != ends:
            raise Unexpected(f"`{command}` ended with {process.returncode}, expected was {ends}")
        if says not in text:
            raise Unexpected(f'`{command}` was to say "{says}", and did not')
        return text

    def paper(self) -> str:
        """All that was said and typed, as markdown."""
        return "\n\n".join(self._paper) + "\n"

    def _told(self, lines: Iterable[str]) -> Iterator[str]:
        for line in lines:
            for path, name in self.hidden.items():
                line = line.replace(path, name)  # noqa: PLW2901
            print(line, flush=True)
            yield line

    @contextmanager
    def _process(self, command: str, answer: IO[str]) -> Iterator["subprocess.Popen[str]"]:
        """A process that has ended with all that it started when the block ends."""
        with subprocess.Popen(  # noqa: S603  # a line of our own
            ("bash", "-c", command),  # noqa: S607
            cwd=self.root,
            env={**os.environ, **self.variables},
            stdin=subprocess.DEVNULL,
            stdout=answer,  # it comes at the end
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process:
            watch = Timer(DEADLINE_SECONDS, _end, (process,))
            watch.start()
            try:
                yield process
            except BaseException:
                _end(process)
                raise
            finally:
                watch.cancel()


def _end(process: "subprocess.Popen[str]") -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
