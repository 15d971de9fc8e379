"""The repository in the builder: each service's own inputs, alone in a folder, with git's modes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from posixpath import dirname, join
from typing import Final, Self, TypeVar

import dagger
from attrs import evolve, field, frozen
from dagger import dag

from ci.bases import PLATFORM, Bases, Known, digests, pinned
from ci.catalogue import Catalogue, EndToEnd, Service, load
from ci.catalogue.tables import USUAL_STAGE
from ci.errors import CatalogueError, InputsError, SettingMissing
from ci.inputs.inputs import DOCKERFILE, Inputs, behind_links, collect, lay_out, read, rules_of, wanted
from ci.inputs.origin import Origin, origin
from ci.inputs.patterns import plain

CATALOGUE: Final = "services.toml"
RECIPE: Final = "1"  # part of every inputs key: raise it when the same inputs shall be built anew

# In the scratch folder.
FETCHED: Final = "fetched"
PREPARED: Final = "prepared"
FILE_MODE: Final = 0o644

A = TypeVar("A")
B = TypeVar("B")


@frozen
class Scratch:
    """A folder of one call alone, below the working directory of the module's function, which is new at each call."""

    path: Path = Path("scratch")

    def directory(self, name: str) -> dagger.Directory:
        """What lies under a name, in the engine; what is written there later is not in it."""
        return dag.current_module().workdir(str(self.path / name))


@frozen(kw_only=True)
class Prepared:
    """One service, ready to be built."""

    service: Service
    inputs: Inputs
    tree: dagger.Directory  # the inputs and the Dockerfile, nothing else
    origin: Origin

    @property
    def key(self) -> str:
        """The inputs key: the image's identity."""
        return self.origin.key

    @property
    def bound(self) -> tuple[str, ...]:
        """The build arguments with values of one environment, which the image holds."""
        return tuple(name for name in self.service.baked if name in self.inputs.dockerfile.args)

    @property
    def references(self) -> Mapping[str, str]:
        """Each base image by its digest, by the name that the Dockerfile has."""
        return {image: pinned(image, digest) for image, digest in self.origin.bases.items()}

    def standing_on(self, references: Mapping[str, str]) -> Self:
        """The same on base images from elsewhere, by the name that the Dockerfile has."""
        text = self.inputs.dockerfile.standing_on({**self.references, **references})
        return evolve(self, tree=self.tree.with_new_file(DOCKERFILE, text, permissions=FILE_MODE))

    @property
    def container(self) -> dagger.Container:
        """What the Dockerfile makes of the tree."""
        declared = self.inputs.dockerfile.args & self.service.args.keys()
        args = [dagger.BuildArg(name, self.service.args[name]) for name in sorted(declared)]
        target = self.inputs.dockerfile.target
        return self.tree.docker_build(dockerfile=DOCKERFILE, build_args=args, target=target, platform=PLATFORM)


@frozen(kw_only=True)
class Workspace:
    """A repository, and the part of it that a call is about."""

    source: dagger.Directory
    scratch: Scratch
    tests: bool = False  # about the stages in which services are tested, where there are, in place of the images
    only: Sequence[str] = ()  # services and groups; all when empty
    build_args: str = ""  # NAME=VALUE by spaces; they win over the catalogue's
    bases: Bases = field(factory=dict)  # digests to keep, by service and base image; of the others today's
    known: Known | None = None  # where those of today cannot be looked up

    async def catalogue(self) -> Catalogue:
        """The repository's services.toml."""
        if CATALOGUE not in await self.source.entries():
            raise CatalogueError(f"there is no {CATALOGUE} in the repository's root: call dagger from the repository")
        return load(await self.source.file(CATALOGUE).contents(), name=CATALOGUE)

    async def text(self, path: str) -> str:
        """A small file of the repository; raise `CatalogueError` when it is not there."""
        try:
            return await self.source.file(path).contents()
        except dagger.QueryError:
            raise CatalogueError(f"there is no {path} in the repository, which {CATALOGUE} names") from None

    async def container(self, service: str) -> dagger.Container:
        """The container of one service, which `only` need not name."""
        catalogue = await self.catalogue()
        (prepared,) = await evolve(self, only=[catalogue.service(service).name]).prepare()
        return prepared.container

    async def prepare(self) -> tuple[Prepared, ...]:
        """Fetch, check and lay out the inputs of each service; refuse with the faults of all of them.

        The digests of the base images are asked for once, and each Dockerfile is laid out with them in it.
        """
        catalogue, args = await self.catalogue(), parse_args(self.build_args)
        chosen = [one for one in catalogue.select(self.only) if one.test or not self.tests]
        services = [evolve(one, args={**one.args, **args}) for one in chosen]
        return await self._prepared(self.source.directory(catalogue.root), services)

    async def prepare_tests(self, name: str, tests: EndToEnd) -> Prepared:
        """As `prepare`, for the image `name` of the end-to-end tests."""
        image = Service(
            name=name,
            kind="e2e",
            group="e2e",
            dockerfile=join(tests.context, "Dockerfile"),
            context=tests.context,
            port=0,
            published=0,
            memory=0,
            seconds=0,
            args=parse_args(self.build_args),
            place=f"{CATALOGUE}: [e2e]",
        )
        (prepared,) = await self._prepared(self.source, [image])
        return prepared

    async def _prepared(self, root: dagger.Directory, services: Sequence[Service]) -> tuple[Prepared, ...]:
        # What tells the inputs; and what lies beside a Dockerfile under a similar name, should that one be missing.
        similar = [join(plain(dirname(service.dockerfile)), "*ockerfile*") for service in services]
        await self._fetch_all(
            root, lambda: set(similar).union(*(rules_of(self._fetched, service) for service in services))
        )
        stages = {one.name: one.test.stage for one in services if self.tests and one.test}
        rules = _each(lambda one: (one, *read(self._fetched, one, target=stages.get(one.name, ""))), services)
        await self._fetch(root, **wanted((one, dockerfile) for one, dockerfile, _ in rules))
        await self._fetch_all(root, lambda: set().union(*(behind_links(self._fetched, *rule) for rule in rules)))
        found = _each(lambda rule: (rule[0], collect(self._fetched, *rule)), rules)
        bases = await digests({one.name: inputs.dockerfile.bases for one, inputs in found}, self.bases, self.known)
        return _each(lambda one: self._lay_out(*one, bases[one[0].name]), found)

    @property
    def _fetched(self) -> Path:
        return self.scratch.path / FETCHED

    async def _fetch_all(self, root: dagger.Directory, paths: Callable[[], set[str]]) -> None:
        """Fetch these paths; behind a link of what came may be more of them."""
        fetched = set[str]()
        while more := paths() - fetched:
            await self._fetch(root, include=more)
            fetched |= more

    async def _fetch(self, root: dagger.Directory, *, include: Iterable[str], exclude: Iterable[str] = ()) -> None:
        await root.filter(include=list(include), exclude=list(exclude)).export(str(self._fetched))

    def _lay_out(self, service: Service, inputs: Inputs, bases: Mapping[str, str]) -> Prepared:
        folder = f"{PREPARED}/{service.name}"
        lay_out(inputs, self.scratch.path / folder, {image: pinned(image, digest) for image, digest in bases.items()})
        return Prepared(
            service=service,
            inputs=inputs,
            tree=self.scratch.directory(folder),
            origin=origin(inputs, service, platform=str(PLATFORM), bases=bases, recipe=self._recipe(service)),
        )

    def _recipe(self, service: Service) -> str:
        """What makes another image, or another result, of the same inputs: the stage, and how tests are run."""
        if self.tests and (test := service.test):
            stage = f" {test.stage}" if test.stage != USUAL_STAGE else ""
            return f"{RECIPE} {test.reports} {test.command}{stage}"
        return f"{RECIPE} {service.target}".strip()


def parse_args(text: str) -> Mapping[str, str]:
    """Read build arguments such as `NET_VERSION=9.0 STAND=dev`."""
    words = text.split()
    if wrong := [word for word in words if "=" not in word]:
        raise SettingMissing(f'the build arguments hold "{wrong[0]}", must be NAME=VALUE separated by spaces')
    return dict(word.split("=", 1) for word in words)


def _each(step: Callable[[A], B], items: Iterable[A]) -> tuple[B, ...]:
    """Take a step for every item, and refuse with the faults of all that failed."""
    done, faults = list[B](), list[str]()
    for item in items:
        try:
            done.append(step(item))
        except InputsError as fault:
            faults += fault.faults
    InputsError.unless_none(faults)
    return tuple(done)
