"""The sequences: plan, build all, publish all."""

from asyncio import gather
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from time import monotonic

import dagger
from attrs import evolve, field, frozen

from ci import base_images, images, lock
from ci.budget import Budget
from ci.cause import plain
from ci.decision import Decision, Seen, decide
from ci.errors import PipelineError, PromotionRefused, SettingMissing
from ci.images import Target
from ci.lock import Image, Lock, Status
from ci.matrix import Job, run_all
from ci.promotion import MOVING, PROD, STAGE, move
from ci.registry import Manifest, Registry
from ci.registry.access import Access
from ci.report import progress
from ci.stand_ins import recorded, refuse
from ci.workspace import Prepared, Workspace


@frozen(kw_only=True)
class Asked:
    """What a caller asks of a publication."""

    tags: Sequence[str] = ()  # the commit's, then those that move to it
    budget: Budget = field(factory=Budget.of_machine)
    order: int | None = None  # the pipeline's number
    rebuild: bool = False  # also what was published of the same inputs
    verify: bool = False  # reuse an image only when each of its layers is there, besides its manifest and its config
    allow_stand_ins: bool = False  # also publish images that are built on stand-ins
    bases: str = ""  # a tag, whose lock names the base images to keep


async def plan(workspace: Workspace, access: Access, asked: Asked) -> tuple[Decision, ...]:
    """What publish-all would do for each service, and why; without a registry everything is to be built."""
    if not access.given and not asked.bases:
        nothing = Seen(distrust=f"no registry to look in: {', '.join(await access.missing())} not set")
        return tuple(decide(one, nothing, dev=None) for one in await workspace.prepare())
    async with access.open() as registry:
        dev = await lock.find(registry, lock.DEV)
        prepared = await _prepare(workspace, registry, asked, dev)
        return tuple((await _decide(prepared, registry, asked, dev)).values())


async def build_all(workspace: Workspace, budget: Budget) -> tuple[Image, ...]:
    """Build every image within the memory budget; failures are among the answers."""
    prepared = await workspace.prepare()
    jobs = [_job(one, partial(images.build, one), one.service.memory, one.service.seconds) for one in prepared]
    return await run_all(jobs, budget, progress)


async def publish_all(workspace: Workspace, access: Access, asked: Asked) -> tuple[tuple[Image, ...], tuple[str, ...]]:
    """Publish every image under the first tag and store the lock, failures included.

    Return the images that were asked for, and a sentence for each tag that did not move to them. The other tags move
    only when every requested image is there, and not back to what is older. Where an earlier call published more
    services of the same commit, the lock keeps those.
    """
    tags = asked.tags
    _refuse_moving(tags)
    async with access.open(tags) as registry:
        dev = await lock.find(registry, lock.DEV)
        prepared = await _prepare(workspace, registry, asked, dev)
        await _refuse_loss(workspace, registry, tags, dev)
        _, decisions = await gather(_check_push(registry, prepared), _decide(prepared, registry, asked, dev))
        prepared, stand_ins = await _stand_on(registry, prepared, decisions)
        refuse(chain.from_iterable(stand_ins.values()), allowed=asked.allow_stand_ins)
        answers = await _publish(prepared, Target(registry, tags[0]), decisions, stand_ins, asked.budget)
        of_commit = await _with_others(workspace, registry, tags[0], answers) if workspace.only else answers
        digests = {one.service: one.digest for one in dev.images} if dev else {}
        done = Lock(
            commit=tags[0],
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            requested=tuple(one.service for one in of_commit),
            images=tuple(evolve(one, before=digests.get(one.service)) for one in of_commit),
            budget=asked.budget.memory,
            before=dev.commit if dev else "",
            order=asked.order,
        )
        held = await lock.store(registry, done, tags[0])
        return answers, await _move(registry, done, held, tags[1:])


def _refuse_moving(tags: Sequence[str]) -> None:
    """What stage and prod may have is looked at by `promote`.

    And the first tag is pushed service by service: one that hosts follow would name half a release meanwhile.
    """
    for tag in {STAGE, PROD}.intersection(tags):
        raise SettingMissing(
            f"{tag} takes what was published before: publish under the commit's tag, then promote to {tag}"
        )
    for tag in MOVING.intersection(tags[:1]):
        raise SettingMissing(
            f"the first tag is {tag}, which moves: name the commit's before it, "
            f'as in --tag "$(git rev-parse --short HEAD)" --tag {tag}'
        )


async def _refuse_loss(workspace: Workspace, registry: Registry, tags: Sequence[str], dev: Lock | None) -> None:
    """Refuse to let `dev` lose a service: with `--only` the commit's lock has that and what was published before."""
    if not (workspace.only and dev and lock.DEV in tags[1:]):
        return
    earlier, catalogue = await lock.find(registry, tags[0]), await workspace.catalogue()
    chosen, known = (
        {service.name for service in part} for part in (catalogue.select(workspace.only), catalogue.services)
    )
    if lost := lost_services(dev, earlier, chosen, known):
        raise PromotionRefused(
            f"{lock.DEV} has {', '.join(lost)}, and {tags[0]} would not: publish all, or leave out --tag {lock.DEV}"
        )


def lost_services(dev: Lock, earlier: Lock | None, chosen: Collection[str], known: Collection[str]) -> list[str]:
    """The services of the catalogue (`known`) that `dev` has, and a commit with these and earlier images would not."""
    published = {image.service for image in earlier.images} if earlier else set[str]()
    return sorted({image.service for image in dev.images}.intersection(known) - published.union(chosen))


async def _prepare(workspace: Workspace, registry: Registry, asked: Asked, dev: Lock | None) -> tuple[Prepared, ...]:
    kept = (await lock.fetch(registry, asked.bases)).bases if asked.bases else {}

    async def known(image: str) -> tuple[str, str]:
        origins = (service.origin for service in dev.images if service.origin) if dev else ()
        at_dev = next((origin.bases[image] for origin in origins if image in origin.bases), "")
        return (at_dev, lock.DEV) if at_dev else await base_images.known(registry, image)

    return await evolve(workspace, bases=kept, known=known).prepare()


async def _check_push(registry: Registry, prepared: Sequence[Prepared]) -> None:
    """Prove the right to push every image and the lock, before anything is built."""
    names = (*(one.service.name for one in prepared), lock.NAME)
    for answer in await gather(*map(registry.check_push, names), return_exceptions=True):
        if isinstance(answer, BaseException):
            raise answer  # the first in the order of the catalogue, whichever came first


async def _decide(
    prepared: Sequence[Prepared], registry: Registry, asked: Asked, dev: Lock | None
) -> dict[str, Decision]:
    """What becomes of each service, by its name: the registry is asked what it has of the very same inputs."""
    named = {(one.service, one.inputs): one.digest for one in dev.images} if dev else {}
    if asked.rebuild:
        looks = [Seen(distrust="--rebuild asks for it")] * len(prepared)
    else:
        at_dev = [named.get((service.service.name, service.key)) for service in prepared]
        asking = zip(prepared, at_dev, strict=True)
        looks = await gather(*(images.look(registry, *each, verify=asked.verify) for each in asking))
    return {one.service.name: decide(one, seen, dev) for one, seen in zip(prepared, looks, strict=True)}


async def _stand_on(
    registry: Registry, prepared: Sequence[Prepared], decisions: Mapping[str, Decision]
) -> tuple[tuple[Prepared, ...], Mapping[str, tuple[str, ...]]]:
    """What is built on copies of its base images; and the stand-ins below each image, by its service.

    Of what is reused they are recorded.
    """
    reused = {name: recorded(decision.reused) for name, decision in decisions.items() if decision.reused}
    building = [service for service in prepared if service.service.name not in reused]
    ready, built = await base_images.stand_on(registry, building)
    by_name = {service.service.name: service for service in ready}
    return tuple(by_name.get(service.service.name, service) for service in prepared), {**reused, **built}


async def _publish(
    prepared: Sequence[Prepared],
    target: Target,
    decisions: Mapping[str, Decision],
    stand_ins: Mapping[str, tuple[str, ...]],
    budget: Budget,
) -> tuple[Image, ...]:
    jobs = list[Job[Image]]()
    for one in prepared:
        decision = decisions[one.service.name]
        memory = 0 if decision.reused else one.service.memory
        usual = decision.usual or one.service.seconds
        step = partial(images.publish, one, target, decision, stand_ins[one.service.name])
        jobs.append(_job(one, step, memory, usual))
    answers = await run_all(jobs, budget, progress)
    return tuple(evolve(image, stand_ins=stand_ins[image.service]) for image in answers)


def _job(one: Prepared, step: Callable[[], Awaitable[Image]], memory: int, usual: float) -> Job[Image]:
    async def timed(began: float, held: int) -> Image:
        started = monotonic()
        try:
            image = await step()
        except (PipelineError, dagger.DaggerError) as fault:
            cause = plain(str(fault))
            image = images.image_of(one, Status.FAILED, "; ".join(filter(None, (cause, one.inputs.kept_out(cause)))))
        return evolve(image, began=began, seconds=round(monotonic() - started, 1), memory=held)

    return Job(one.service.name, memory, usual, timed)


async def _with_others(
    workspace: Workspace, registry: Registry, commit: str, answers: Sequence[Image]
) -> tuple[Image, ...]:
    """With what an earlier call published of the same commit, of the services that there still are."""
    earlier = await lock.find(registry, commit)
    found = {one.service: evolve(one, began=None, memory=None) for one in earlier.images} if earlier else {}
    found |= {one.service: one for one in answers}
    names = [one.name for one in (await workspace.catalogue()).services]
    return tuple(found[name] for name in names if name in found)


async def _move(registry: Registry, done: Lock, held: Manifest, tags: Sequence[str]) -> tuple[str, ...]:
    """Move these tags; return a sentence for each that stays where it is."""
    stay = list[str]()
    for tag in tags:
        try:
            await move(registry, done.or_refuse(), held.digest, tag)
        except PipelineError as fault:
            stay.append(f"{tag} does not move: {fault}")
    return tuple(stay)
