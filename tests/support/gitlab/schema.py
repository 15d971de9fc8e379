"""GitLab's own schema of .gitlab-ci.yml, as check-jsonschema carries it."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path


def faults(files: Sequence[Path]) -> Mapping[str, str]:
    """What the schema has against each file, by the file's name; no file without a fault is named."""
    done = subprocess.run(  # noqa: S603  # arguments of our own
        (
            *(sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.gitlab-ci"),
            *("--data-transform", "gitlab-ci", "--output-format", "json", "--color", "never"),
            *map(str, files),
        ),
        capture_output=True,
        text=True,
        check=False,
    )
    told = json.loads(done.stdout)
    assert not told.get("parse_errors"), told
    return {Path(one["filename"]).name: json.dumps(one) for one in told.get("errors", ())}
