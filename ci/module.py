"""What `dagger call` offers: each function's help, its arguments, and one call.

The pipeline is imported inside the functions: Python starts at least twice in every call.
"""

from typing import TYPE_CHECKING, Annotated

import dagger
from dagger import DefaultPath, Doc, Ignore, Name, object_type

from ci.verb import verb

if TYPE_CHECKING:
    from ci.host.site import Site
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
OnHost = Annotated[str, Doc("A host of services.toml")]
Deployable = Annotated[str, Doc("A published tag whose lock says what shall run")]
LockFile = Annotated[dagger.File | None, Doc("An images.lock.json in place of the tag's")]
Older = Annotated[bool, Doc("Deploy also what is older than what runs")]
Order = Annotated[str, Doc("The pipeline's number, by which newer is told from older (CI_PIPELINE_IID)")]


@object_type
class OisCfa:
    """Builds the services of ois-cfa as containers and publishes them to the GitLab Registry."""

    registry: Annotated[str, Doc("Where images go, HOST/GROUP/PROJECT (CI_REGISTRY_IMAGE)")] = ""
    registry_user: Annotated[str, Doc("Who logs in there (CI_REGISTRY_USER)")] = ""
    registry_password: Annotated[dagger.Secret | None, Doc("The password (env://CI_REGISTRY_PASSWORD)")] = None
    build_args: Annotated[str, Doc("NAME=VALUE, by spaces, for each Dockerfile that declares NAME")] = ""
    ssh_key: Annotated[dagger.Secret | None, Doc("The hosts' key (env://SSH_PRIVATE_KEY)")] = None
    ssh: Annotated[dagger.Service | None, Doc("A way to a host that only you can see, such as tcp://cfa2:22")] = None
    by: Annotated[str, Doc("Who calls, for the records of a host (CI_JOB_URL)")] = ""

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

    @verb
    async def plan_deploy(
        self,
        source: Source,
        *,
        host: OnHost = "cfa2",
        tag: Deployable = "dev",
        lock_file: LockFile = None,
        order: Order = "",
        allow_older: Older = False,
        as_json: AsJson = False,
    ) -> str:
        """Say what a deploy would change on a host, why, and what forbids it."""
        from ci.host.deploy import Asked, plan_deploy
        from ci.host.report import plan_answer

        lock = await lock_file.contents() if lock_file else ""
        asked = Asked(tag=tag, lock=lock, order=order, allow_older=allow_older)
        made = await plan_deploy(await self._site(source, host), self._access(), asked)
        return plan_answer(made, as_json=as_json)

    @verb
    async def deploy(
        self,
        source: Source,
        *,
        host: OnHost = "cfa2",
        tag: Deployable = "dev",
        lock_file: LockFile = None,
        order: Order = "",
        allow_older: Older = False,
        as_json: AsJson = False,
    ) -> str:
        """Bring a host to what a tag's lock names, or leave it as it was."""
        from ci.host.deploy import Asked, deploy
        from ci.host.report import deployed_answer

        lock = await lock_file.contents() if lock_file else ""
        asked = Asked(tag=tag, lock=lock, order=order, allow_older=allow_older)
        done = await deploy(await self._site(source, host), self._access(), asked)
        return deployed_answer(done, as_json=as_json)

    @verb
    async def rollback(
        self,
        source: Source,
        *,
        host: OnHost = "cfa2",
        to: Annotated[int | None, Doc("The number of a healthy release; the one before the last when left out")] = None,
        as_json: AsJson = False,
    ) -> str:
        """Bring back an earlier healthy release; no registry is needed."""
        from ci.host.deploy import roll_back
        from ci.host.report import deployed_answer

        return deployed_answer(await roll_back(await self._site(source, host), to), as_json=as_json)

    @verb
    async def status(self, source: Source, *, host: OnHost = "cfa2", as_json: AsJson = False) -> str:
        """Say what runs on a host; fail when it is not what was released."""
        from ci.host.deploy import status
        from ci.host.report import status_answer

        return status_answer(await status(await self._site(source, host)), as_json=as_json)

    @verb
    async def releases(self, source: Source, *, host: OnHost = "cfa2", as_json: AsJson = False) -> str:
        """List the releases that a host remembers, newest first."""
        from ci.host.deploy import status
        from ci.host.report import releases_answer

        return releases_answer((await status(await self._site(source, host))).facts.releases, as_json=as_json)

    @verb
    async def logs(
        self,
        source: Source,
        service: Annotated[str, Doc("A service of services.toml, such as identity")],
        *,
        host: OnHost = "cfa2",
        tail: Annotated[int, Doc("How many lines")] = 100,
    ) -> str:
        """Show the end of a service's log on a host."""
        from ci.host.deploy import logs

        return await logs(await self._site(source, host), service, tail)

    @verb
    async def deploy_report(self, source: Source, *, host: OnHost = "cfa2") -> dagger.Directory:
        """Give report.md and report.json of a host's last release."""
        from ci.host.records import report_folder

        return await report_folder(await self._site(source, host))

    @verb
    async def install(
        self,
        source: Source,
        *,
        host: OnHost = "cfa2",
        replace: Annotated[bool, Doc("Keep the older files beside and write git's")] = False,
    ) -> str:
        """Copy compose file and .env to a host; once, by hand."""
        from ci.host.install import install

        return await install(await self._site(source, host), replace=replace)

    @verb
    async def adopt_check(self, source: Source, *, as_json: AsJson = False) -> str:
        """Say what in a repository would break its builds or deploys."""
        from ci.adopt.checks import run
        from ci.adopt.look import look
        from ci.adopt.report import answer

        seen = await look(self._workspace(source), UNSEEN, type(self))
        return answer(seen, run(seen), as_json=as_json)

    async def _site(self, source: dagger.Directory, host: str) -> "Site":
        from ci.host.site import Caller, Site

        caller = await Caller.read(self.ssh_key, self.by, self.ssh)
        return await Site.read(self._workspace(source), host, caller)

    def _workspace(self, source: dagger.Directory, only: list[str] | None = None) -> "Workspace":
        from ci.workspace import Workspace

        return Workspace(source=source, only=only or (), build_args=self.build_args)

    def _access(self) -> "Access":
        from ci.registry.access import Access

        return Access(registry=self.registry, user=self.registry_user, password=self.registry_password)
