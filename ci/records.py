"""What the registry keeps of a run, as files: true after a red run too."""

import dagger
from dagger import dag

from ci import lock
from ci.errors import LockMissing
from ci.registry.access import Access
from ci.report import markdown


async def lock_file(access: Access, tag: str) -> dagger.File:
    """The lock of a tag as images.lock.json; raise `LockMissing` when nothing was published under it."""
    async with access.open([tag]) as registry:
        found = await lock.fetch(registry, tag)
    return dag.file(lock.FILE, found.to_json())


async def report_folder(access: Access, tag: str) -> dagger.Directory:
    """The lock of a tag as report.md and report.json; without a lock report.md says so."""
    async with access.open([tag]) as registry:
        try:
            found = await lock.fetch(registry, tag)
        except LockMissing as missing:
            return dag.directory().with_new_file("report.md", f"# Nothing was published under {tag}\n\n{missing}\n")
    return dag.directory().with_new_file("report.md", markdown(found)).with_new_file("report.json", found.to_json())
