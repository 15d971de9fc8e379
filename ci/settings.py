"""What a call must be told by its environment, and what is missing said at once, in GitLab's terms."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

import dagger

from ci.errors import SettingMissing


class Setting(StrEnum):
    """A variable of a GitLab job; on a laptop it is exported, or its flag is passed."""

    REGISTRY = "CI_REGISTRY_IMAGE"
    USER = "CI_REGISTRY_USER"
    PASSWORD = "CI_REGISTRY_PASSWORD"  # noqa: S105  # the name of a variable
    COMMIT = "CI_COMMIT_SHORT_SHA"
    KEY = "SSH_PRIVATE_KEY"


FLAGS: Final = {
    Setting.REGISTRY: "--registry",
    Setting.USER: "--registry-user",
    Setting.PASSWORD: "--registry-password",
    Setting.COMMIT: "--commit",
    Setting.KEY: "--ssh-key",
}
MENDS: Final = {
    frozenset({Setting.REGISTRY, Setting.USER, Setting.PASSWORD}): (
        "GitLab gives CI_REGISTRY_* to each job of a project whose container registry is on "
        "(Settings > General > Visibility)"
    ),
    frozenset({Setting.KEY}): (
        "SSH_PRIVATE_KEY is a variable of the project (Settings > CI/CD > Variables); when it is protected, "
        "only the jobs of a protected branch see it (Settings > Repository > Protected branches)"
    ),
}


def order_of(text: str) -> int | None:
    """A pipeline's number, by which newer is told from older; None where nobody gave one."""
    if text and not text.isdigit():
        raise SettingMissing(f'the order is "{text}", must be a number such as CI_PIPELINE_IID')
    return int(text) if text else None


async def text_of(secret: dagger.Secret | None) -> str:
    """The text of a secret: empty without one, and where it is `env://NAME` and the caller has no such variable."""
    if secret is None:
        return ""
    try:
        return await secret.plaintext()
    except dagger.QueryError:  # of a variable only its absence is an error
        if (await secret.uri()).startswith("env://"):
            return ""
        raise


def require(missing: Iterable[Setting]) -> None:
    """Raise `SettingMissing` with all that is missing; return when nothing is."""
    if names := tuple(missing):
        flags = ", ".join(f"{name} ({FLAGS[name]})" for name in names)
        mends = [mend for settings, mend in MENDS.items() if settings.intersection(names)]
        raise SettingMissing("; ".join((f"not set: {flags}", *mends, "on a laptop export it or pass the flag")))
