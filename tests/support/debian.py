"""Debian's packages that tests need on this machine."""

import shutil
from typing import Final

from bootstrap.command import output

_APT: Final = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--yes", "-qq", "--no-install-recommends", "install")


def installed(package: str, *beside: str) -> str:
    """The path of the program that a package is named for; it is installed first, with others, where it is missing."""
    if not shutil.which(package):
        output("apt-get", "-qq", "update", seconds=300)
        output(*_APT, package, *beside, seconds=900)
    found = shutil.which(package)
    assert found, f"the package {package} has no program of its name"
    return found
