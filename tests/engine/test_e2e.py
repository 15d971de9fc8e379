"""The whole in the engine: the published images, Keycloak, its database, and a browser that signs in."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ci.module import OisCfa
from tests.engine.conftest import FIRST, Tiny
from tests.support.functions import Functions


def test_people_sign_in_and_an_asset_goes_its_way(
    nine: Mapping[str, Any], functions: Functions, tmp_path: Path
) -> None:
    assert nine
    (told,) = json.loads(functions.good(OisCfa.end_to_end, tag=FIRST, as_json=True))
    assert (told["status"], told["tally"]["failed"], told["commit"]) == ("passed", 0, FIRST)
    assert told["tally"]["tests"] > 10
    functions.export(OisCfa.end_to_end_report, tmp_path / "out", tag=FIRST)
    screens = {file.stem for file in (tmp_path / "out/e2e/screens").iterdir()}
    assert screens >= {"portal-issuer", "portal-investor", "backoffice", "issued", "held", "settled"}
    assert "all well" in (tmp_path / "out/report.md").read_text(encoding="utf-8")


@pytest.mark.every
def test_a_red_run_says_what_failed_and_leaves_its_traces(
    nine: Mapping[str, Any], sample: Tiny, tmp_path: Path
) -> None:
    assert nine
    repository, functions = sample
    for spec in (repository.root / "sample/e2e/tests").iterdir():
        spec.unlink()
    repository.write(
        "sample/e2e/tests/red.spec.ts",
        "import { expect, test } from '@playwright/test';\n"
        "import { gateway } from '../stand';\n"
        "test('the gateway is a teapot', async ({ page }) =>"
        " expect((await page.goto(`${gateway}/health`))!.status()).toBe(418));\n",
    )
    failed = functions.refused(OisCfa.end_to_end, tag=FIRST)
    assert "the gateway is a teapot" in failed
    assert "1 of 1 failed" in failed
    functions.export(OisCfa.end_to_end_report, tmp_path / "out", tag=FIRST)
    left = [file.name for file in (tmp_path / "out/e2e").rglob("*")]
    assert "trace.zip" in left
    assert any(name.endswith(".png") for name in left)
    assert "teapot" in (tmp_path / "out/junit.xml").read_text(encoding="utf-8")
