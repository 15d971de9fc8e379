"""What shall run on a host, whoever asks: the lock of a tag, or an earlier release."""

from collections.abc import Mapping

from attrs import field, frozen

from ci.catalogue import Host
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
    earlier: int | None = None  # the release that a rollback brings back

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
        )
