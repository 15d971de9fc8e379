"""Mermaid's own parser, which says what is wrong with a diagram."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.support.npm import installed

PROJECT: Final = Path(__file__).with_name("mermaid")


def faults_of(diagrams: Sequence[str]) -> list[str]:
    """What the parser says of each diagram; empty for a good one."""
    done = subprocess.run(  # noqa: S603  # of our own
        ("node", str(installed(PROJECT) / "parse.mjs")),  # noqa: S607
        input=json.dumps(diagrams),
        capture_output=True,
        text=True,
        check=True,
    )
    return [str(fault) for fault in json.loads(done.stdout)]
