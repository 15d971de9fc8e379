"""Tests that take long, and cases that are like another one: they wait for `--every`.

A case that is marked twice, a rare one under a rare condition, is no test: the sum is tested, never the product.
"""

import pytest


def add_options(parser: pytest.Parser) -> None:
    parser.addoption("--every", action="store_true", help="the tests that are marked `every` too")


def configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "every: a test that is run with --every alone")


def without_every(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the tests that were not asked for."""
    allowed = 1 if config.getoption("--every") else 0
    waiting = [item for item in items if len([*item.iter_markers("every")]) > allowed]
    config.hook.pytest_deselected(items=waiting)
    items[:] = [item for item in items if item not in waiting]
