"""Stages that are made in no time, each a folder; as a program, a run of three that can be ended from outside."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from bootstrap import __main__ as shim
from bootstrap import up
from bootstrap.products import Folder
from bootstrap.recipes import keep
from bootstrap.settings import Settings
from bootstrap.stages import Stage, make_all
from bootstrap.workshop import Tools, Workshop

HELD: Final = 'echo $$ > "$OUT/pid.new" && mv "$OUT/pid.new" "$OUT/pid" && test -e "$OUT/go" || exec sleep 600'


def stage(
    cache: Path, name: str, script: str = ":", *, needs: tuple[str, ...] = (), inputs: tuple[Path | str, ...] = ()
) -> Stage:
    """A folder in which a shell script was run; `$OUT` is a folder beside the cache."""

    def make(shop: Workshop) -> None:
        made = shop.scratch / "made"
        made.mkdir()
        shop.run("sh", "-ec", script, cwd=made, environment={"OUT": str(cache.parent)})
        keep(shop, made)

    return Stage(
        name=name,
        doing=f"make {name}",
        expect="no time",
        product=Folder(name, cache),
        make=make,
        inputs=(script, *inputs),
        needs=needs,
    )


def three(cache: Path) -> Sequence[Stage]:
    """The second writes its process id and is held until there is a file `go` (or for ten minutes)."""
    return (
        stage(cache, "quick", "echo done > file"),
        stage(cache, "held", HELD, needs=("quick",)),
        stage(cache, "last", needs=("held",)),
    )


def make_three(cache: Path, say: Callable[[str], None], lock: int | None = None) -> None:
    (cache / "logs").mkdir(parents=True, exist_ok=True)
    make_all(three(cache), Tools(cache, (lock,) if lock is not None else ()), say)


def _bring_up(settings: Settings) -> Path:
    with up._alone(settings) as lock:
        make_three(settings.cache, up.say, lock)
    return Path("/bin/true")


if __name__ == "__main__":
    up.bring_up = _bring_up
    sys.exit(shim.main(["version"]))
