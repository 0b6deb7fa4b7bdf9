"""Makes the fixtures of this folder known once Django is set up, which they need to be imported."""

import pytest


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.import_plugin("tests.widget.fixtures")
