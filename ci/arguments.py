"""The arguments that several functions of `dagger call` take, with the words of their help."""

from typing import Annotated

import dagger
from dagger import DefaultPath, Doc, Ignore

UNSEEN = [
    ".git",
    "**/node_modules",
    "**/.next",
    "**/bin/Debug",
    "**/bin/Release",
    "**/obj",
    "**/.venv",
    "**/__pycache__",
]

Source = Annotated[
    dagger.Directory, DefaultPath("/"), Ignore(UNSEEN), Doc("The repository; the one you call in when left out")
]
Only = Annotated[list[str] | None, Doc("Services and groups, such as identity or portals; all when left out")]
Memory = Annotated[str, Doc("What builds take together at most, such as 2GB; most of the free memory when left out")]
Verify = Annotated[bool, Doc("Trust no published image before the registry has each of its layers")]
KeptBases = Annotated[str, Doc("Keep the base images of a published tag, such as dev; today's when left out")]
Rerun = Annotated[bool, Doc("Run also what passed or failed before with the same inputs")]
AsJson = Annotated[bool, Doc("Answer JSON instead of the table")]
Tag = Annotated[str, Doc("A published tag; the commit's when left out")]
Host = Annotated[str, Doc("A host of services.toml")]
Deployable = Annotated[str, Doc("A published tag; the commit's when left out, or dev where there is none")]
LockFile = Annotated[dagger.File | None, Doc("An images.lock.json in place of the tag's")]
Smoke = Annotated[bool, Doc("Look at the host before and after, and take back what turned it red")]
Older = Annotated[bool, Doc("Go also to what is older than what is there")]
AllowStandIns = Annotated[bool, Doc("Accept base images that are stand-ins, which only one machine has")]
