"""The Python runtime under which a call is measured: the local engine's, or one that works as Dagger's own does."""

import json
import shutil
from pathlib import Path
from typing import Final

from tests.support.repository import ROOT

LOCAL: Final = ROOT / "bootstrap/engine/python-sdk/runtime"
DESCRIPTION: Final = ("// What the module offers", "func base()")  # from and to where main.go has ModuleTypes


def described_in_each_call(repository: Path) -> Path:
    """A copy of a repository, beside it, with the local runtime without `ModuleTypes`.

    The engine then starts Python for the module's description in every call. Dagger's own Python runtime has no
    `ModuleTypes` either (sdk/python/runtime of its repository).
    """
    described = repository.with_name(f"{repository.name}-described")
    if described.exists():
        return described
    shutil.copytree(repository, described)
    shutil.copytree(LOCAL, described / "runtime")
    main = described / "runtime/main.go"
    source = main.read_text(encoding="utf-8")
    begin, end = map(source.index, DESCRIPTION)
    main.write_text(source[:begin] + source[end:], encoding="utf-8")
    configuration = described / "dagger.json"
    module = json.loads(configuration.read_text(encoding="utf-8"))
    configuration.write_text(json.dumps({**module, "sdk": {"source": "./runtime"}}), encoding="utf-8")
    return described
