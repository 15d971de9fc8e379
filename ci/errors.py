"""The few errors, each named for what the user does next."""

from collections.abc import Iterable


class PipelineError(Exception):
    """Anything that ends a call on purpose: its text is all that the user needs."""


class Refused(PipelineError):
    """Nothing was started: mend what the sentences name and call again."""

    def __init__(self, *faults: str) -> None:
        self.faults = faults
        self.verdict = ""  # the last line, where the caller waits for one
        super().__init__(*faults)

    def __str__(self) -> str:
        return "\n".join((*self.faults, *filter(None, (self.verdict,))))

    @classmethod
    def unless_none(cls, faults: Iterable[str]) -> None:
        """Raise with every fault at once; return when there is none."""
        if found := tuple(faults):
            raise cls(*found)


class CatalogueError(Refused):
    """Mend services.toml."""


class UnknownService(Refused):
    """Name a service, a group or a host of services.toml."""


class InputsError(Refused):
    """Mend a Dockerfile, an ignore file or a path that the catalogue names."""


class SettingMissing(Refused):
    """Set the variables that the sentence names, or pass the flags."""


class RegistryRefused(Refused):
    """The registry said no, and asking again does not help: a wrong path, no right, an expired token."""


class LockMissing(Refused):
    """The registry holds no lock under that tag: publish first, or name another tag."""


class LockIncomplete(Refused):
    """Some requested service has no image: publish again before anything is promoted or deployed."""


class PromotionRefused(Refused):
    """No tag moved, or somebody newer moved it: promote along dev, stage, prod, or say that older is meant."""


class StandInRefused(Refused):
    """An image is a stand-in: use the official engine, or pass --allow-stand-ins."""


class HostKeyUnknown(Refused):
    """Compare the host's key by hand, then put it into known_hosts."""


class HostRefused(Refused):
    """The host does not take the SSH key, or the key is none: mend the variable or authorized_keys."""


class DeployRefused(Refused):
    """Nothing was touched on the host: mend what the sentences name and call again."""


class HostUnreachable(PipelineError):
    """The host does not answer, or the link broke: `status` tells what became of a switch."""


class DeployFailed(PipelineError):
    """The release is not healthy: the text says what runs now."""


class RegistryUnreachable(PipelineError):
    """The registry does not answer: check the address and the network, then call again."""


class BuildFailed(PipelineError):
    """One service did not build, or not in time: the text is the line of the build that says why."""


class Failed(PipelineError):
    """All was tried and something failed: the text is the report."""
