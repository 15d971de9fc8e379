"""What the registry keeps of a run, as files: true after a red run too."""

import dagger
from dagger import dag

from ci import lock
from ci.errors import LockMissing
from ci.page.folder import folder
from ci.registry.access import Access
from ci.run import nothing, page_of


async def lock_file(access: Access, tag: str) -> dagger.File:
    """The lock of a tag as images.lock.json; raise `LockMissing` when nothing was published under it."""
    async with access.open([tag]) as registry:
        found = await lock.fetch(registry, tag)
    return dag.file(lock.FILE, found.to_json())


async def report_folder(access: Access, tag: str) -> dagger.Directory:
    """The lock of a tag, and what of `dev` it would change, as a report; without a lock the report says so."""
    async with access.open([tag]) as registry:
        try:
            found = await lock.fetch(registry, tag)
        except LockMissing as missing:
            return folder(nothing(tag, str(missing)))
        dev = await lock.find(registry, lock.DEV)
    return folder(page_of(found, dev), found.to_json())
