"""What shall run on a host, whoever asks: the lock of a tag, or an earlier release."""

from collections.abc import Mapping

from attrs import field, frozen

from ci.catalogue import Host
from ci.host.release import Release
from ci.lock import Lock


@frozen(kw_only=True)
class Wanted:
    """Services and their images; `commit` and `locked` are those of the lock that named them."""

    host: str
    directory: str
    commit: str
    cause: str = "new image"  # of each service that gets another one
    locked: str
    order: int | None = None
    images: Mapping[str, str] = field(factory=dict, hash=False)  # canonical references, by service of the catalogue
    sizes: Mapping[str, int] = field(factory=dict, hash=False)  # compressed bytes
    platform: str = "linux/amd64"
    allow_older: bool = False
    stand_ins: tuple[str, ...] = ()  # base images that are stand-ins
    allow_stand_ins: bool = False
    earlier: int | None = None  # the release that a rollback brings back
    red_before: tuple[str, ...] | None = None  # smoke checks that failed before; None when none was made

    @classmethod
    def of(cls, found: Lock, host: Host, *, order: int | None, allow_older: bool) -> "Wanted":
        """What a whole lock names.

        Its age is that of the pipeline that published it, whoever deploys it; the caller's `order` counts where a lock
        has none.
        """
        return cls(
            host=host.name,
            directory=host.directory,
            commit=found.commit,
            locked=found.created,
            order=order if found.order is None else found.order,
            images={one.service: f"{one.ref}@{one.digest}" for one in found.images},
            sizes={one.service: one.size or 0 for one in found.images},
            allow_older=allow_older,
            stand_ins=found.stand_ins,
        )

    @classmethod
    def again(cls, release: Release, host: Host) -> "Wanted":
        """What an earlier release ran."""
        return cls(
            host=host.name,
            directory=host.directory,
            commit=release.commit,
            cause=f"release {release.number} ran it",
            locked=release.locked,
            order=release.order,
            images=release.images,
            allow_older=True,
            stand_ins=release.stand_ins,
            allow_stand_ins=True,
            earlier=release.number,
        )

    def is_older_than(self, release: Release) -> bool:
        """By the pipelines' numbers where both are known, else by the dates of the locks."""
        if self.order is not None and release.order is not None:
            return self.order < release.order
        return self.locked < release.locked

    def is_newer_than(self, release: Release) -> bool:
        """Whether a release met it before it was asked for; a rollback is never newer."""
        return (
            self.earlier is None
            and (self.order, self.locked) != (release.order, release.locked)
            and not self.is_older_than(release)
        )
