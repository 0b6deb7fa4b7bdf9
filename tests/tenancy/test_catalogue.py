"""What PostgreSQL's own catalogue says of every tenant table: a new one without its belts fails here."""

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connections

from stores.models import Store, User
from stores.scope import TenantModel
from tests.tenancy.rows import tenant_models

# Tables that belong to no store. An addition here is a decision: nothing of a store's may stand in them.
GLOBAL_TABLES = {
    Store._meta.db_table,  # the directory that a request finds its scope through; holds no secret
    User._meta.db_table,  # people, who may have several stores
    "stores_user_groups",
    "stores_user_user_permissions",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_content_type",
    "django_migrations",
    "django_session",
    "account_emailaddress",
    "account_emailconfirmation",
    "mfa_authenticator",
}


def rows(sql: str, *params: str) -> list[tuple]:
    with connections["default"].cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def tables() -> set[str]:
    return {name for (name,) in rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}


def tenant_tables() -> set[str]:
    return {model._meta.db_table for model in tenant_models()}


def test_every_table_is_known_as_tenant_or_global() -> None:
    shop_tables = {model._meta.db_table for model in apps.get_app_config("demo").get_models()}

    assert tables() == tenant_tables() | GLOBAL_TABLES | shop_tables


def test_only_tenant_tables_have_a_store_and_all_of_them_do() -> None:
    with_store = rows(
        "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'store_id'"
    )

    assert {name for (name,) in with_store} == tenant_tables()


def test_row_security_is_enabled_and_forced() -> None:
    found = rows("SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class WHERE relkind = 'r'")
    state = {name: (enabled, forced) for name, enabled, forced in found}

    assert {name: state[name] for name in tenant_tables()} == dict.fromkeys(tenant_tables(), (True, True))


def test_every_policy_is_one_of_the_two_we_know() -> None:
    found = rows("SELECT tablename, policyname, cmd, permissive, qual, with_check FROM pg_policies")
    by_store = "(store_id = ( SELECT (NULLIF(current_setting('app.store'::text, true), ''::text))::uuid AS \"nullif\"))"
    by_person = (
        "(user_id = ( SELECT (NULLIF(current_setting('app.person'::text, true), ''::text))::uuid AS \"nullif\"))"
    )
    personal = {model._meta.db_table for model in tenant_models() if model.person_field}

    assert set(found) == {(name, "one_store", "ALL", "PERMISSIVE", by_store, None) for name in tenant_tables()} | {
        (name, "own_person", "SELECT", "PERMISSIVE", by_person, None) for name in personal
    }


def test_references_between_tenant_tables_carry_the_store() -> None:
    found = rows(
        """
        SELECT c.conrelid::regclass::text, c.confrelid::regclass::text,
               array_agg(a.attname::text ORDER BY k.position)
        FROM pg_constraint c
        CROSS JOIN LATERAL unnest(c.conkey) WITH ORDINALITY AS k(number, position)
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number
        WHERE c.contype = 'f' GROUP BY c.oid, c.conrelid, c.confrelid
        """
    )
    between = {(table, tuple(columns)) for table, target, columns in found if {table, target} <= tenant_tables()}
    declared = {
        (model._meta.db_table, ("store_id", field.column))
        for model in tenant_models()
        for field in model._meta.local_fields
        if field.related_model and issubclass(field.related_model, TenantModel)
    }

    assert between == declared


@pytest.mark.parametrize(("alias", "may_bypass"), [("default", False), ("platform", True), ("migrator", True)])
def test_roles_have_the_rights_they_need_and_no_more(alias: str, may_bypass: bool) -> None:
    role = settings.DATABASES[alias]["USER"]
    [(superuser, bypass, creates_roles, creates_databases)] = rows(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = %s", role
    )
    owned = rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner = %s", role)

    assert (superuser, bypass, creates_roles, creates_databases) == (False, may_bypass, False, False)
    assert bool(owned) == (alias == "migrator")


def test_the_app_role_is_a_member_of_no_other() -> None:
    role = settings.DATABASES["default"]["USER"]

    assert rows("SELECT 1 FROM pg_auth_members WHERE member = %s::regrole", role) == []


def test_there_is_no_view_that_could_leak() -> None:
    assert rows("SELECT viewname FROM pg_views WHERE schemaname = 'public'") == []
    assert rows("SELECT matviewname FROM pg_matviews WHERE schemaname = 'public'") == []
