import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ci.catalogue import schema
from ci.catalogue.shape import faults
from ci.catalogue.tables import File

REPOSITORY = Path(__file__).parents[2]
OURS = (REPOSITORY / "services.toml").read_text()
BESIDE = (REPOSITORY / "services.schema.json").read_text()
EDITOR = Draft202012Validator(schema.schema())


def test_the_schema_beside_the_catalogue_is_that_of_the_classes() -> None:
    assert schema.text() == BESIDE, "run: python -m ci.catalogue.schema > services.schema.json"


def test_the_catalogue_names_its_schema_to_editors() -> None:
    assert OURS.startswith("#:schema ./services.schema.json\n")


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(json.loads(BESIDE))


def test_every_key_is_described() -> None:
    assert [key for key, field in _keys(schema.schema()) if not field.get("description")] == []


def test_editors_accept_the_catalogue() -> None:
    assert list(EDITOR.iter_errors(tomllib.loads(OURS))) == []


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"rot": "."}, []),
        ({"root": "../x"}, ["root"]),
        ({"services": {}}, ["services"]),
        ({"services": {"A": {"kind": "dotnet", "published": 1}}}, ["services"]),
        ({"services": {"a": {"published": 1}}}, ["services", "a"]),
        ({"services": {"a": {"kind": "dotnet", "published": "1"}}}, ["services", "a", "published"]),
        ({"services": {"a": {"kind": "dotnet", "published": 65_536}}}, ["services", "a", "published"]),
        ({"kinds": {"dotnet": {"memory": "big"}}}, ["kinds", "dotnet", "memory"]),
        ({"kinds": {"dotnet": {"memroy": "1GB"}}}, ["kinds", "dotnet"]),
        ({"hosts": {"cfa2": {"address": "cfa2"}}}, ["hosts", "cfa2"]),
    ],
)
def test_editors_mark_what_is_wrong(change: dict[str, Any], path: list[str]) -> None:
    assert path in [list(error.path) for error in EDITOR.iter_errors({**tomllib.loads(OURS), **change})]


VALUES = st.one_of(
    st.booleans(),
    st.integers(-2, 70_000),
    st.text(max_size=8).filter(lambda text: not text.endswith("\n")),  # only in Python has `$` two places then
    st.sampled_from(
        ["2GB", "1.5 gib", "0", "a/b", "../a", "a/..", "/srv", "a.b", "10.0.0.1", "::1", "a--b", "a..b", "A_1"]
    ),
    st.lists(st.integers(), max_size=1),
    st.dictionaries(st.sampled_from(["A", "a-b", "kind", "published", "port"]), st.sampled_from(["x", 1]), max_size=2),
)


@given(st.data())
def test_editors_and_the_pipeline_agree_on_any_value(data: st.DataObject) -> None:
    document = tomllib.loads(OURS)
    *parents, key = data.draw(st.sampled_from(list(_paths(document))))
    table = document
    for parent in parents:
        table = table[parent]
    table[key] = data.draw(VALUES)
    if document["services"]:  # a catalogue without services is refused by `load`, not by the shape of its tables
        assert EDITOR.is_valid(document) == (not list(faults(File, document)))


def _paths(table: dict[str, Any], above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    inner = [path for key, value in table.items() if isinstance(value, dict) for path in _paths(value, (*above, key))]
    return [(*above, key) for key in (*table, "zzz")] + inner


def _keys(shape: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    here = list(shape.get("properties", {}).items())
    inner = [*shape.get("properties", {}).values(), shape.get("additionalProperties")]
    return here + [pair for below in inner if isinstance(below, dict) for pair in _keys(below)]
