"""`make demo`: the nine services on a second host, a broken release taken back; told in docs/demo.md."""

import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.demo.stage import WHO, Stage
from tests.demo.story import tell
from tests.demo.terminal import Terminal, Unexpected
from tests.support.host import docker_host
from tests.support.host.openssh import ssh_to
from tests.support.pipeline import job
from tests.support.registry.authority import kept_authority
from tests.support.registry.live import live_registry
from tests.support.registry.place import Place
from tests.support.repository import ROOT

PAPER: Final = ROOT / "docs/demo.md"
SECRETS: Final = ("CI_REGISTRY_PASSWORD", "SSH_PRIVATE_KEY")


def main() -> None:
    """Play it on machines that are gone afterwards; the paper is written when all went as told."""
    place = Place()
    authority = kept_authority(place.keep)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="ois-cfa-demo-")))
        print("demo: bringing up a registry and a second Docker host", file=sys.stderr, flush=True)
        registry = stack.enter_context(live_registry(place, authority))
        host = stack.enter_context(docker_host(place, authority, memory="4g"))  # as the runbook has it
        variables = {
            **job(registry, authority),
            **ssh_to(host, "cfa2", folder / "ssh"),
            "SSH_PRIVATE_KEY": host.private_key,
            **WHO,
            "CI_COMMIT_SHORT_SHA": "",
        }
        stage = Stage.set_up(folder / "ois-cfa", host, variables["CI_REGISTRY_IMAGE"])
        terminal = Terminal(stage.root, variables, {str(stage.root): "~/ois-cfa"})
        tell(terminal, stage)
    paper = terminal.paper()
    if leaked := [name for name in SECRETS if variables[name] in paper]:
        raise Unexpected(f"the transcript shows {', '.join(leaked)}")
    PAPER.write_text(paper, encoding="utf-8")
    print(f"demo: all went as told; {PAPER.relative_to(ROOT)} is written", file=sys.stderr)


if __name__ == "__main__":
    try:
        main()
    except Unexpected as fault:
        sys.exit(f"demo: {fault}")
