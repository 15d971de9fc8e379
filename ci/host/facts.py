"""What a host is and runs: the answer of one round trip that changes nothing."""

import re
from collections.abc import Iterator, Mapping

from attrs import field, frozen

from ci.compose.project import ComposeProject
from ci.host.container import Container
from ci.host.release import RED, Learned, Release, State


@frozen(kw_only=True)
class Definitions:
    """What services were made of: Compose's hashes, the checksums of files beside, keyed hashes of the variables."""

    hashes: Mapping[str, str] = field(factory=dict, hash=False)  # by service of the compose file
    sums: Mapping[str, str] = field(factory=dict, hash=False)  # by file
    variables: Mapping[str, str] = field(factory=dict, hash=False)  # by name


@frozen
class EnvLine:
    """A line of an env file and the key that it belongs to, each `-` when unknown."""

    file: str
    line: str
    key: str

    def __str__(self) -> str:
        line = "" if self.line == "-" else f", line {self.line}"
        return f"{self.file}{line}{'' if self.key == '-' else f', in or below {self.key}'}"


@frozen(kw_only=True)
class Facts:
    """One look at a host; what is not there is empty or None."""

    missing: tuple[str, ...] = ()  # tools
    directory: str = ""  # missing, read-only, full, or empty when it is as it must be
    compose: bytes | None = None
    others: tuple[str, ...] = ()  # other compose files in the folder
    beside: Mapping[str, str] = field(factory=dict, hash=False)  # checksums of git's files beside, by name
    project: ComposeProject | None = None  # of git's compose file, with git's values
    refused: str = ""  # why Compose refuses that file
    unread: tuple[EnvLine, ...] = ()  # where Compose cannot read an env file
    given: Mapping[str, str] = field(factory=dict, hash=False)  # keyed hashes of git's .env.dev
    given_values: Mapping[str, str] = field(factory=dict, hash=False, repr=False)
    environment: Mapping[str, str] | None = field(default=None, hash=False)  # keyed hashes of .env
    truncated: tuple[EnvLine, ...] = ()  # values of .env in which Compose reads a part as a variable that is not set
    unset: frozenset[str] = frozenset()  # variables that Compose left blank
    new: Mapping[str, str] = field(factory=dict, hash=False)  # Compose's hashes of git's file with the images to come
    running: Mapping[str, str] = field(factory=dict, hash=False)  # with the images of the release that runs
    released: Mapping[str, str] = field(factory=dict, hash=False)  # of that release's own file
    released_version: str = ""  # of Compose, at that release
    sums: Mapping[str, str] = field(factory=dict, hash=False)  # of the files that services mount, as they are now
    recorded: Mapping[int, Definitions] = field(factory=dict, hash=False)  # by release
    releases: tuple[Release, ...] = ()  # oldest first
    unreadable: tuple[str, ...] = ()  # records
    learned: Learned = field(factory=Learned)
    touched: frozenset[str] = frozenset()  # services of the compose file that the last switch left in between
    ended: str = ""  # why the last switch ended as it did
    owner: str = ""  # who holds the lock now
    silent: str = ""  # what Docker said instead of an answer
    engine: str = ""
    platform: str = ""
    compose_version: str = ""
    free: int | None = 0  # bytes where Docker keeps images; None when nobody can tell
    listed: bool = True  # whether Docker listed the containers; where it did not, nothing is known of any
    containers: tuple[Container, ...] = ()
    present: frozenset[str] = frozenset()  # digest references
    fingerprint: str = ""

    @property
    def healthy(self) -> Release | None:
        """The last release that was proven healthy."""
        return next((one for one in reversed(self.releases) if one.state is State.HEALTHY), None)

    @property
    def last(self) -> Release | None:
        """The last release, however it ended."""
        return self.releases[-1] if self.releases else None

    @property
    def number(self) -> int:
        """The number of the next release, above those of records that cannot be read too."""
        unreadable = (int(number[0]) for name in self.unreadable if (number := re.search(r"\d{6,}", name)))
        return max((*(release.number for release in self.releases), *unreadable), default=0) + 1

    @property
    def published(self) -> tuple[int, ...]:
        """The ports of the host that lead to a container of the project."""
        return tuple(sorted({port for container in self.containers for port in container.published}))

    def of(self, service: str) -> tuple[Container, ...]:
        """The containers of a service of the compose file: one, unless something was interrupted or changed by hand."""
        return tuple(one for one in self.containers if one.service == service)

    def is_same(self, one: Release, other: Release) -> bool:
        """Whether two healthy releases run the same images with the same definitions."""
        made_of = (self.recorded.get(release.number, Definitions()).hashes for release in (one, other))
        return one.state is other.state and one.images == other.images and len({*map(str, made_of)}) == 1

    @property
    def unfinished(self) -> Iterator[str]:
        """What the last switch left to be ended, and the records that cannot be read, a sentence each."""
        if (last := self.last) and not self.owner:
            if last.state is State.SWITCHING:
                yield f"release {last.number} ({last.commit}) was interrupted: the next deploy or rollback ends it"
            elif last.state is State.BROKEN:
                yield (
                    f"release {last.number} ({last.commit}) failed and so did the way back ({self.ended}): "
                    "the next deploy or rollback ends it"
                )
        yield from (f"the record {name} cannot be read and is passed over" for name in self.unreadable)

    @property
    def taken_back(self) -> Iterator[str]:
        """That the last release did not stay, and why; that nobody could use it, or the one before it."""
        if (last := self.last) and last.state is State.ROLLED_BACK:
            yield f"release {last.number} ({last.commit}) was rolled back: {self.ended}"
        for release in self.releases[-2:]:
            if release.smoke == RED:
                yield f"release {release.number} ({release.commit}) was well, and its smoke was red"
