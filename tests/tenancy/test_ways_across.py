"""Who may look across stores: a short list, and whoever joins it has to be written down here."""

import ast
from pathlib import Path

import pytest

from config.environment import BASE_DIR

PACKAGES = ("config", "stores", "experts", "payouts", "attribution", "chat", "storefront_widget", "insights", "demo")

ACROSS_STORES = {
    "attribution/services/deliveries.py",
    "chat/services/waves.py",
    "experts/services/invitations.py",
    "experts/services/ranking.py",
    "stores/services/imports.py",
}
OF_A_PERSON = {
    "experts/services/experts.py",
    "stores/access.py",
}
BY_ALIAS = {"stores/scope.py"}


def sources() -> list[Path]:
    return [
        path for package in PACKAGES for path in (BASE_DIR / package).rglob("*.py") if "migrations" not in path.parts
    ]


def callers(name: str) -> set[str]:
    found = set()
    for path in sources():
        tree = ast.parse(path.read_text())
        if any(isinstance(node, ast.Call) and getattr(node.func, "id", "") == name for node in ast.walk(tree)):
            found.add(str(path.relative_to(BASE_DIR)))
    return found


@pytest.mark.parametrize(
    ("name", "allowed"), [("dangerously_across_stores", ACROSS_STORES), ("person_scope", OF_A_PERSON)]
)
def test_only_the_listed_modules_look_across_stores(name: str, allowed: set[str]) -> None:
    assert callers(name) == allowed


def test_the_platform_login_is_named_in_one_module() -> None:
    naming = {
        str(path.relative_to(BASE_DIR))
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", "") in ("using", "db_manager")
        and [getattr(argument, "value", None) for argument in node.args] == ["platform"]
    }

    assert naming == BY_ALIAS


def test_no_scope_is_set_for_longer_than_its_transaction() -> None:
    setting = [path for path in sources() if "set_config" in path.read_text()]

    assert [str(path.relative_to(BASE_DIR)) for path in setting] == ["stores/scope.py"]
