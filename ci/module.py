"""What `dagger call` offers: each function's help, its arguments, and one call.

The pipeline is imported inside the functions: Python starts at least twice in every call.
"""

from typing import TYPE_CHECKING, Annotated

import dagger
from dagger import DefaultPath, Doc, Ignore, Name, object_type

from ci.verb import verb

if TYPE_CHECKING:
    from ci.registry.access import Access
    from ci.workspace import Workspace

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
AsJson = Annotated[bool, Doc("Answer JSON instead of the table")]
Tag = Annotated[str, Doc("A published tag (CI_COMMIT_SHORT_SHA)")]


@object_type
class OisCfa:
    """Builds the services of ois-cfa as containers and publishes them to the GitLab Registry."""

    registry: Annotated[str, Doc("Where images go, HOST/GROUP/PROJECT (CI_REGISTRY_IMAGE)")] = ""
    registry_user: Annotated[str, Doc("Who logs in there (CI_REGISTRY_USER)")] = ""
    registry_password: Annotated[dagger.Secret | None, Doc("The password (env://CI_REGISTRY_PASSWORD)")] = None
    build_args: Annotated[str, Doc("NAME=VALUE, by spaces, for each Dockerfile that declares NAME")] = ""

    @verb
    async def services(self, source: Source, *, as_json: AsJson = False) -> str:
        """List the services of services.toml."""
        from ci.report import services_answer

        return services_answer(await self._workspace(source).catalogue(), as_json=as_json)

    @verb
    async def plan(self, source: Source, *, only: Only = None, as_json: AsJson = False) -> str:
        """Say what publish-all would build or reuse, and why."""
        from ci.publish import plan
        from ci.report import plan_answer

        return plan_answer(await plan(self._workspace(source, only), self._access()), as_json=as_json)

    @verb
    async def build(
        self, source: Source, service: Annotated[str, Doc("A service of services.toml, such as identity")]
    ) -> dagger.Container:
        """Build one service, to run (as-service up), enter or export it."""
        return await self._workspace(source).container(service)

    @verb
    async def build_all(
        self, source: Source, *, only: Only = None, memory: Memory = "", as_json: AsJson = False
    ) -> str:
        """Build every image in parallel and say what came of each."""
        from ci.publish import build_all
        from ci.report import images_answer

        return images_answer(await build_all(self._workspace(source, only), memory), as_json=as_json)

    @verb
    async def publish_all(
        self,
        source: Source,
        tag: Annotated[
            list[str] | None, Doc("The commit's tag (CI_COMMIT_SHORT_SHA), then those that move to it")
        ] = None,
        *,
        only: Only = None,
        memory: Memory = "",
        rebuild: Annotated[bool, Doc("Build again what was published of the same inputs")] = False,
        as_json: AsJson = False,
    ) -> str:
        """Build what the registry lacks, push it once, write the lock."""
        from ci.publish import publish_all
        from ci.report import images_answer

        lock = await publish_all(self._workspace(source, only), self._access(), tag or (), memory, rebuild=rebuild)
        return images_answer(lock.images, as_json=as_json)

    @verb
    async def promote(
        self,
        from_: Annotated[str, Name("from"), Doc("A published tag, such as the commit's short SHA")],
        to: Annotated[str, Doc("The tag that moves there, such as dev")],
    ) -> str:
        """Move a tag of all services and the lock to a published run."""
        from ci.publish import promote

        return await promote(self._access(), from_, to)

    @verb
    async def lock(self, tag: Tag = "") -> dagger.File:
        """Give images.lock.json of a published tag."""
        from ci.records import lock_file

        return await lock_file(self._access(), tag)

    @verb
    async def report(self, tag: Tag = "") -> dagger.Directory:
        """Give report.md and report.json of a tag, whether red or green."""
        from ci.records import report_folder

        return await report_folder(self._access(), tag)

    def _workspace(self, source: dagger.Directory, only: list[str] | None = None) -> "Workspace":
        from ci.workspace import Workspace

        return Workspace(source=source, only=only or (), build_args=self.build_args)

    def _access(self) -> "Access":
        from ci.registry.access import Access

        return Access(registry=self.registry, user=self.registry_user, password=self.registry_password)
