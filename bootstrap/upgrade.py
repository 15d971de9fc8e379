"""Another version of Dagger in every place that must name it; `make upgrade-dagger VERSION=…` calls this.

dagger.json is the pin. Each other place repeats it because its format can refer to no other file.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from bootstrap.errors import Refused
from bootstrap.settings import ROOT, pinned_version

# The text around the version, `{}`, without its v.
PLACES = {
    "dagger.json": ('"engineVersion": "v{}"',),
    ".gitlab-ci.yml": ("registry.dagger.io/engine:v{}",),
    "requirements/dev.in": ("dagger-io=={}",),
    "requirements/dev.txt": ("dagger-io=={}",),
    "bootstrap/engine/go.mod": ("dagger.io/dagger v{}", "github.com/dagger/dagger v{}"),
    "bootstrap/engine/python-sdk/runtime/dagger.json": ('"engineVersion": "v{}"',),
    "docs/adopt.md": ('"engineVersion": "v{}"',),
    "docs/deploy/cfa2.md": ("registry.dagger.io/engine:v{}",),
    "docs/deploy/cfa2.en.md": ("registry.dagger.io/engine:v{}",),
    "tests/adopt_sample/dagger.json": ('"engineVersion": "v{}"',),
}
# Files that hold the version for another reason: checksums, a module's origin, and what was measured with it.
FACTS = (
    "bootstrap/engine/go.sum",
    "bootstrap/engine/python-sdk/runtime/go.sum",
    "bootstrap/engine/goproxy/dagger.io/dagger/@v",
    "docs/adopt.md",
    "docs/architecture.md",
)
BY_HAND = """\
By hand:
1. `make lock`: dagger-io may need other versions of its dependencies.
2. The local engine (bootstrap/engine): `go mod tidy` there and in python-sdk/runtime writes go.sum; compare each
   folder of standins/ with the new release's use of that module; goproxy/ names the commit of the new dagger.io/dagger.
3. `make test`. tests/unit/test_dagger_version.py names what this release moved, such as a private class of dagger-io.
4. docs/architecture.md and docs/adopt.md tell what was measured with the old version: measure again, or say so."""


def main(version: str = "") -> int:
    """Upgrade this checkout, and print what was written and what remains to do."""
    try:
        for path in upgrade(version, ROOT):
            print(path)
    except Refused as fault:
        print(f"upgrade-dagger: {fault}", file=sys.stderr)
        return fault.code
    print(BY_HAND)
    return 0


def upgrade(version: str, root: Path) -> tuple[str, ...]:
    """Write the version, such as 0.21.9, in every place, and return the places; raise `Refused`, nothing is written."""
    new = version.removeprefix("v")
    if not re.fullmatch(r"\d+\.\d+\.\d+", new):
        raise Refused(f'VERSION is "{version}", must be three numbers such as 0.21.9')
    texts = dict(_renewed(pinned_version(root).removeprefix("v"), new, root))
    for path, text in texts.items():
        (root / path).write_text(text, encoding="utf-8")
    return tuple(texts)


def _renewed(old: str, new: str, root: Path) -> Iterator[tuple[str, str]]:
    for path, patterns in PLACES.items():
        text = (root / path).read_text(encoding="utf-8")
        for pattern in patterns:
            if pattern.format(old) not in text:
                raise Refused(f"{path} does not hold {pattern.format(old)}: write it there, then upgrade")
            text = text.replace(pattern.format(old), pattern.format(new))
        yield path, text


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
