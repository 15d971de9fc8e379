"""Debian's packages that tests need on this machine."""

import shutil
import subprocess
from typing import Final

_APT: Final = ("apt-get", "--yes", "-qq", "--no-install-recommends", "install")


def installed(package: str, program: str = "") -> str:
    """The path of a package's program, which is installed first where it is missing."""
    name = program or package
    if not shutil.which(name):
        for command in (("apt-get", "-qq", "update"), (*_APT, package)):
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603  # of our own
    found = shutil.which(name)
    assert found, f"the package {package} has no program {name}"
    return found
