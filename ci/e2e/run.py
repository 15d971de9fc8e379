"""What one end-to-end run starts and tests, and the key by which a later run finds that it passed."""

import hashlib
import json
from asyncio import gather
from collections.abc import Mapping
from functools import partial
from typing import Final

import dagger
from attrs import evolve, field, frozen
from cattrs import unstructure

from ci import base_images
from ci.bases import Known, digests, pinned
from ci.catalogue import Catalogue, EndToEnd
from ci.compose.ask import IMAGE
from ci.compose.project import ComposeProject
from ci.e2e.project import read_project
from ci.registry import Registry
from ci.workspace import Prepared, Workspace

TESTS: Final = "ci/e2e"  # the image of the tests, in the registry
RECIPE: Final = "1"  # part of every key: raise it when what passed before shall run again


@frozen(kw_only=True)
class EndToEndRun:
    """Images by digest in the shape of a host, the files that they read, and the tests."""

    project: ComposeProject
    files: Mapping[str, dagger.File] = field(hash=False)  # by name beside the compose file
    contents: Mapping[str, str] = field(hash=False)  # their digests, by the same name
    tests: Prepared
    table: EndToEnd
    foreign: frozenset[str]  # the images that are not of the catalogue's services: databases and the like

    @property
    def key(self) -> str:
        """64 hexadecimal digits: with the same key the same images start in the same way, and the same tests run."""
        facts = {
            "recipe": RECIPE,
            "project": unstructure(self.project),
            "files": self.contents,
            "tests": self.tests.key,
            "table": unstructure(self.table),
        }
        return hashlib.sha256(json.dumps(facts, sort_keys=True, default=sorted).encode()).hexdigest()


async def prepare_run(
    workspace: Workspace, registry: Registry, catalogue: Catalogue, table: EndToEnd, published: Mapping[str, str]
) -> EndToEndRun:
    """Read the project with the published images by service, and the inputs of the tests.

    Raise `CatalogueError`, and `InputsError` when a digest cannot be had.
    """
    known = partial(base_images.known, registry)
    compose = pinned(IMAGE, (await digests({IMAGE: [IMAGE]}, {}, known))[IMAGE][IMAGE])
    copies, _ = await base_images.copies_of(registry, {compose: TESTS})
    project, files = await read_project(workspace, catalogue, table, published, copies.get(compose, compose))
    reading = evolve(workspace, known=known).prepare_tests(TESTS, table)
    project, tests = await gather(_pinned(project, known), reading)
    # By content alone: the modes of a checkout are no part of it.
    contents = await gather(*(file.digest(exclude_metadata=True) for file in files.values()))
    started = frozenset(service.image for service in project.services.values())
    return EndToEndRun(
        project=project,
        files=files,
        contents=dict(zip(files, contents, strict=True)),
        tests=tests,
        table=table,
        foreign=started.difference(published.values()),
    )


async def _pinned(project: ComposeProject, known: Known) -> ComposeProject:
    """The project with today's digest of each image that names none."""
    named = {service.image for service in project.services.values() if "@" not in service.image}
    today = (await digests({project.name: named}, {}, known))[project.name]
    return project.with_images({name: pinned(name, digest) for name, digest in today.items()})
