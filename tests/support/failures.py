"""A test that failed is shown at once, not at the end of a run of many minutes."""

import pytest
from attrs import define


def configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Failures(config))


@define(eq=False)
class Failures:
    """Writes each failure as it comes; pytest's own report at the end has all of them."""

    config: pytest.Config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        terminal = self.config.pluginmanager.get_plugin("terminalreporter")
        if report.failed and terminal:
            terminal.write_line("")
            terminal.section(f"FAILED {report.nodeid}", red=True)
            terminal.write_line(report.longreprtext)
