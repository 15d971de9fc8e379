"""What `dagger call` offers, and that nothing can hide in it: tests call the objects that it makes."""

import ast
import inspect
from typing import Final

import pytest
from dagger.mod._module import FUNCTION_DEF_KEY

from ci.module import OisCfa
from tests.support.repository import ROOT

FUNCTIONS: Final = [
    method for name, method in vars(OisCfa).items() if hasattr(method, "__wrapped__") and not name.startswith("_")
]
METHODS: Final = [
    method
    for statement in ast.parse((ROOT / "ci/module.py").read_text(encoding="utf-8")).body
    if isinstance(statement, ast.ClassDef)
    for method in statement.body
    if isinstance(method, ast.AsyncFunctionDef | ast.FunctionDef)
]
THIN: Final = (
    *(ast.Expr, ast.Constant, ast.ImportFrom, ast.alias, ast.Assign, ast.Return),
    *(ast.Await, ast.Call, ast.keyword, ast.Name, ast.Attribute, ast.Tuple, ast.List, ast.Load, ast.Store),
    *(ast.BoolOp, ast.Or),  # a default
)


def test_the_module_offers_the_functions_of_its_contract() -> None:
    assert {function.__name__ for function in FUNCTIONS} == {
        "services", "plan", "build", "build_all", "publish_all", "promote", "lock", "report",
        "plan_deploy", "deploy", "deploy_cfa2", "rollback", "status", "releases", "logs",
        "install", "deploy_report", "adopt_check", "test", "test_report", "end_to_end", "end_to_end_report", "smoke",
        "adopt_draft",
    }  # fmt: skip


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_every_function_is_never_cached_and_documented(function: object) -> None:
    assert getattr(function, FUNCTION_DEF_KEY).cache == "never"
    assert len((inspect.getdoc(function) or "").splitlines()[0]) in range(10, 70)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_a_method_imports_converts_and_calls_and_does_nothing_else(
    method: ast.AsyncFunctionDef | ast.FunctionDef,
) -> None:
    nodes = [node for statement in method.body for node in ast.walk(statement)]
    assert [ast.unparse(node) for node in nodes if not isinstance(node, THIN)] == []
    passed_on = {node.id for node in nodes if isinstance(node, ast.Name)}
    arguments = [argument.arg for argument in (*method.args.args[1:], *method.args.kwonlyargs)]
    assert [name for name in arguments if name not in passed_on] == []


def test_what_decides_in_a_method_is_found() -> None:
    (statement,) = ast.parse("deploy() if smoke else None").body
    assert not all(isinstance(node, THIN) for node in ast.walk(statement))
