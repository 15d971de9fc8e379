"""The files of a host as git has them."""

from collections.abc import Mapping

from attrs import field, frozen


@frozen(kw_only=True)
class GitFiles:
    """The files of a host as git has them."""

    compose: str = field(repr=False)
    variables: str = field(repr=False)  # .env.dev, from which .env is made
    beside: Mapping[str, str] = field(factory=dict, hash=False, repr=False)  # texts, by their names on the host
