"""What `dagger call` offers: each function's help, its arguments, and one call.

The pipeline is imported inside the functions: Python starts at least twice in every call.
"""

from typing import TYPE_CHECKING, Annotated

import dagger
from dagger import Doc, Name, object_type

from ci.arguments import (
    AllowStandIns,
    AsJson,
    Deployable,
    Host,
    KeptBases,
    LockFile,
    Memory,
    Older,
    Only,
    Rerun,
    Smoke,
    Source,
    Tag,
    Verify,
)
from ci.verb import verb

if TYPE_CHECKING:
    from ci.host.site import Site
    from ci.registry.access import Access
    from ci.workspace import Scratch, Workspace


@object_type
class OisCfa:
    """Builds the services of ois-cfa as containers and publishes them to the GitLab Registry."""

    registry: Annotated[str, Doc("Where images go, HOST/GROUP/PROJECT (CI_REGISTRY_IMAGE)")] = ""
    registry_user: Annotated[str, Doc("Who logs in there (CI_REGISTRY_USER)")] = ""
    registry_password: Annotated[dagger.Secret | None, Doc("The password (env://CI_REGISTRY_PASSWORD)")] = None
    commit: Annotated[str, Doc("The tag of what is at hand (CI_COMMIT_SHORT_SHA)")] = ""
    order: Annotated[str, Doc("The pipeline's number, by which newer is told from older (CI_PIPELINE_IID)")] = ""
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
    async def plan(
        self,
        source: Source,
        *,
        only: Only = None,
        verify: Verify = False,
        bases: KeptBases = "",
        as_json: AsJson = False,
    ) -> str:
        """Say what publish-all would build or reuse, and why."""
        from ci.publish import Asked, plan
        from ci.report import plan_answer

        options = Asked(verify=verify, bases=bases)
        return plan_answer(await plan(self._workspace(source, only), self._access(), options), as_json=as_json)

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
        from ci.budget import Budget
        from ci.publish import build_all
        from ci.report import images_answer

        return images_answer(await build_all(self._workspace(source, only), Budget.parse(memory)), as_json=as_json)

    @verb
    async def publish_all(
        self,
        source: Source,
        tag: Annotated[
            list[str] | None, Doc("The commit's tag, alone when left out, then those that move to it")
        ] = None,
        *,
        only: Only = None,
        memory: Memory = "",
        rebuild: Annotated[bool, Doc("Build again what was published of the same inputs")] = False,
        verify: Verify = False,
        bases: KeptBases = "",
        allow_stand_ins: AllowStandIns = False,
        as_json: AsJson = False,
    ) -> str:
        """Build what the registry lacks, push it once, write the lock."""
        from ci.budget import Budget
        from ci.publish import Asked, publish_all
        from ci.report import images_answer
        from ci.settings import order_of

        tags, budget, order = tag or [self.commit], Budget.parse(memory), order_of(self.order)
        options = Asked(
            tags=tags,
            budget=budget,
            order=order,
            rebuild=rebuild,
            verify=verify,
            bases=bases,
            allow_stand_ins=allow_stand_ins,
        )
        images, unmoved = await publish_all(self._workspace(source, only), self._access(), options)
        return images_answer(images, unmoved, as_json=as_json)

    @verb
    async def promote(
        self,
        to: Annotated[str, Doc("The tag that moves there, such as dev")],
        *,
        from_: Annotated[Tag, Name("from")] = "",
        allow_older: Older = False,
        as_json: AsJson = False,
    ) -> str:
        """Move a tag of all services and the lock to a published run."""
        from ci.promotion import Asked, promote
        from ci.report import promotion_answer

        options = Asked(destination=to, source=from_, commit=self.commit, allow_older=allow_older)
        return promotion_answer(await promote(self._access(), options), as_json=as_json)

    @verb
    async def lock(self, tag: Tag = "") -> dagger.File:
        """Give images.lock.json of a published tag."""
        from ci.run import lock_file

        return await lock_file(self._access(), tag or self.commit)

    @verb
    async def report(self, tag: Tag = "") -> dagger.Directory:
        """Give report.md, .json, .html and junit.xml of a tag, red or green."""
        from ci.run import report_folder

        return await report_folder(self._access(), tag or self.commit)

    @verb
    async def test(
        self,
        source: Source,
        *,
        only: Only = None,
        memory: Memory = "",
        rerun: Rerun = False,
        allow_stand_ins: AllowStandIns = False,
        as_json: AsJson = False,
    ) -> str:
        """Run the services' own tests, but those that passed before."""
        from ci.budget import Budget
        from ci.checks.checks import Asked, test
        from ci.checks.report import tests_answer

        budget = Budget.parse(memory)
        options = Asked(
            commit=self.commit, attempt=self.by, budget=budget, rerun=rerun, allow_stand_ins=allow_stand_ins
        )
        return tests_answer(await test(self._workspace(source, only), self._access(), options), as_json=as_json)

    @verb
    async def test_report(
        self, source: Source, *, only: Only = None, memory: Memory = "", allow_stand_ins: AllowStandIns = False
    ) -> dagger.Directory:
        """Give the report, JUnit and Cobertura of the tests, red or green."""
        from ci.budget import Budget
        from ci.checks.checks import Asked, report_folder

        budget = Budget.parse(memory)
        options = Asked(commit=self.commit, attempt=self.by, budget=budget, allow_stand_ins=allow_stand_ins)
        return await report_folder(self._workspace(source, only), self._access(), options)

    @verb
    async def end_to_end(
        self,
        source: Source,
        *,
        tag: Deployable = "",
        rerun: Rerun = False,
        allow_stand_ins: AllowStandIns = False,
        as_json: AsJson = False,
    ) -> str:
        """Start a tag's images together and test them in a browser."""
        from ci.checks.report import tests_answer
        from ci.e2e.e2e import EndToEndOptions, e2e

        options = EndToEndOptions(tag=self._published(tag), job=self.by, rerun=rerun, allow_stand_ins=allow_stand_ins)
        outcome = await e2e(self._workspace(source), self._access(), options)
        return tests_answer([outcome], as_json=as_json)

    @verb
    async def end_to_end_report(self, *, tag: Deployable = "") -> dagger.Directory:
        """Give the report, screenshots and traces of end-to-end, red or green."""
        from ci.e2e.e2e import report_folder

        return await report_folder(self._scratch(), self._access(), self._published(tag))

    @verb
    async def plan_deploy(
        self,
        source: Source,
        *,
        host: Host = "cfa2",
        tag: Deployable = "",
        lock_file: LockFile = None,
        allow_older: Older = False,
        allow_stand_ins: AllowStandIns = False,
        as_json: AsJson = False,
    ) -> str:
        """Say what a deploy would change on a host, why, and what forbids it."""
        from ci.host.deploy import Asked, plan_deploy
        from ci.host.report import plan_answer

        site, access = await self._site(source, host, self._access()), self._access()
        request = await Asked.read(
            self._published(tag), lock_file, self.order, allow_older=allow_older, allow_stand_ins=allow_stand_ins
        )
        return plan_answer(await plan_deploy(site, access, request), as_json=as_json)

    @verb
    async def deploy(
        self,
        source: Source,
        *,
        host: Host = "cfa2",
        tag: Deployable = "",
        lock_file: LockFile = None,
        allow_older: Older = False,
        allow_stand_ins: AllowStandIns = False,
        smoke: Smoke = False,
        as_json: AsJson = False,
    ) -> str:
        """Bring a host to what a tag's lock names, or leave it as it was."""
        from ci.host.deploy import Asked
        from ci.host.report import deployed_answer
        from ci.smoke.after import deploy_with_smoke

        site, access = await self._site(source, host, self._access()), self._access()
        request = await Asked.read(
            self._published(tag), lock_file, self.order, allow_older=allow_older, allow_stand_ins=allow_stand_ins
        )
        return deployed_answer(await deploy_with_smoke(site, access, request, smoke=smoke), as_json=as_json)

    @verb
    async def deploy_cfa2(
        self,
        source: Source,
        *,
        tag: Deployable = "",
        lock_file: LockFile = None,
        allow_older: Older = False,
        allow_stand_ins: AllowStandIns = False,
        smoke: Smoke = False,
        as_json: AsJson = False,
    ) -> str:
        """Deploy to cfa2; the Dagger CLI spells it deploy-cfa-2."""
        return await self.deploy(
            source,
            host="cfa2",
            tag=tag,
            lock_file=lock_file,
            allow_older=allow_older,
            allow_stand_ins=allow_stand_ins,
            smoke=smoke,
            as_json=as_json,
        )

    @verb
    async def smoke(
        self,
        source: Source,
        *,
        host: Host = "cfa2",
        browser: Annotated[bool, Doc("Run the tests of the whole that write nothing, in a browser, too")] = False,
        as_json: AsJson = False,
    ) -> str:
        """Ask a host's services for their health and sign in at its portals."""
        from ci.smoke.browser import smoke
        from ci.smoke.smoke import smoke_answer

        looks = await smoke(self._workspace(source), await self._site(source, host), browser=browser)
        return smoke_answer(looks, host, as_json=as_json)

    @verb
    async def rollback(
        self,
        source: Source,
        *,
        host: Host = "cfa2",
        to: Annotated[int | None, Doc("The number of a healthy release; the one before the last when left out")] = None,
        as_json: AsJson = False,
    ) -> str:
        """Bring back an earlier healthy release; no registry is needed."""
        from ci.host.deploy import roll_back
        from ci.host.report import deployed_answer

        return deployed_answer(await roll_back(await self._site(source, host), to), as_json=as_json)

    @verb
    async def status(self, source: Source, *, host: Host = "cfa2", as_json: AsJson = False) -> str:
        """Say what runs on a host; fail when it is not what was released."""
        from ci.host.deploy import status
        from ci.host.report import status_answer

        return status_answer(await status(await self._site(source, host)), as_json=as_json)

    @verb
    async def releases(self, source: Source, *, host: Host = "cfa2", as_json: AsJson = False) -> str:
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
        host: Host = "cfa2",
        tail: Annotated[int, Doc("How many lines")] = 100,
    ) -> str:
        """Show the end of a service's log on a host."""
        from ci.host.deploy import logs

        return await logs(await self._site(source, host), service, tail)

    @verb
    async def deploy_report(self, source: Source, *, host: Host = "cfa2") -> dagger.Directory:
        """Give report.md, .json, .html and junit.xml of the last release."""
        from ci.host.page import report_folder

        return await report_folder(await self._site(source, host))

    @verb
    async def install(
        self,
        source: Source,
        *,
        host: Host = "cfa2",
        replace: Annotated[bool, Doc("Keep the older files beside and write git's")] = False,
    ) -> str:
        """Copy compose file, .env and what is beside to a host; by hand."""
        from ci.host.install import install

        return await install(await self._site(source, host), replace=replace)

    @verb
    async def adopt_check(self, source: Source, *, as_json: AsJson = False) -> str:
        """Say what in a repository would break its builds or deploys."""
        from ci.adopt.checks import run
        from ci.adopt.picture import look
        from ci.adopt.report import answer
        from ci.arguments import UNSEEN

        seen = await look(self._workspace(source), UNSEEN, OisCfa)
        return answer(seen, run(seen), as_json=as_json)

    @verb
    async def adopt_draft(self, source: Source) -> dagger.File:
        """Write a services.toml for the Dockerfiles of a repository."""
        from ci.adopt.picture import draft_file

        return await draft_file(self._workspace(source))

    async def _site(self, source: dagger.Directory, host: str, access: "Access | None" = None) -> "Site":
        from ci.host.site import Caller, Site

        caller = await Caller.read(self.ssh_key, self.by, self.ssh, access)
        return await Site.read(self._workspace(source), host, caller)

    def _published(self, tag: str) -> str:
        return tag or self.commit or "dev"

    def _workspace(self, source: dagger.Directory, only: list[str] | None = None) -> "Workspace":
        from ci.workspace import Workspace

        return Workspace(source=source, scratch=self._scratch(), only=only or (), build_args=self.build_args)

    def _scratch(self) -> "Scratch":
        from ci.workspace import Scratch

        return Scratch()

    def _access(self) -> "Access":
        from ci.registry.access import Access

        return Access(registry=self.registry, user=self.registry_user, password=self.registry_password)
