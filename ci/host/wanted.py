"""What shall run on a host, whoever asks: the lock of a tag, or an earlier release."""

from collections.abc import Mapping

from attrs import field, frozen


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
