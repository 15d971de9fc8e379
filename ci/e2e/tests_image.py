"""The image of the end-to-end tests: built once, then taken from the registry by its inputs key like a service's."""

from collections.abc import Sequence

import dagger
from attrs import frozen
from dagger import dag

from ci.base_images import stand_on
from ci.bases import PLATFORM
from ci.decision import Decision, decide
from ci.errors import PipelineError
from ci.images import Target, built, inputs_tag, look, publish
from ci.progress import say
from ci.registry import Registry
from ci.registry.access import log_in
from ci.stand_ins import recorded
from ci.workspace import Prepared


@frozen(kw_only=True)
class TestsImage:
    """What was decided about it, and the stand-ins below it."""

    prepared: Prepared
    decision: Decision
    stand_ins: Sequence[str]

    @classmethod
    async def find(cls, prepared: Prepared, registry: Registry) -> "TestsImage":
        """Look for the image of the same inputs; else get what it is built on."""
        decision = decide(prepared, await look(registry, prepared), dev=None)
        if decision.reused:
            return cls(prepared=prepared, decision=decision, stand_ins=recorded(decision.reused))
        (ready,), stand_ins = await stand_on(registry, [prepared])
        return cls(prepared=ready, decision=decision, stand_ins=stand_ins[prepared.service.name])

    async def container(self, registry: Registry) -> dagger.Container:
        """The published image, or what the Dockerfile makes; raise `BuildFailed`."""
        if not self.decision.reused:
            return await built(self.prepared)
        reference = f"{registry.address.image(self.prepared.service.name)}@{self.decision.reused.digest}"
        return await log_in(dag.container(platform=PLATFORM), registry).from_(reference).sync()

    async def keep(self, registry: Registry) -> None:
        """Publish what was built; print why when the registry refuses it, which changes no result."""
        if self.decision.reused:
            return
        target = Target(registry, inputs_tag(self.prepared.key))
        try:
            await publish(self.prepared, target, self.decision, self.stand_ins)
        except (PipelineError, dagger.DaggerError) as fault:
            say(f"the image of the tests is not kept for later runs: {fault}")
