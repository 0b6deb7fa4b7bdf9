"""Migration operations that close a tenant table: row-level security, forced, and composite foreign keys."""

from typing import Any

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

from stores.scope import TenantModel

# The sub-select is evaluated once per statement instead of once per row, and '' (what a transaction-local setting
# leaves behind on its connection) must not become a cast error.
SETTING = "(SELECT NULLIF(current_setting('{name}', true), '')::uuid)"


class IsolateTenants(Operation):
    """Isolate tables just made in this migration: policies first, then the keys between them.

    `person_models` names those that a person may read across stores (their `user_id`).
    """

    reversible = True

    def __init__(self, model_names: list[str], person_models: tuple[str, ...] = ()) -> None:
        self.model_names = model_names
        self.person_models = person_models

    def deconstruct(self) -> tuple[str, list, dict]:
        return self.__class__.__name__, [self.model_names], {"person_models": self.person_models}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The model state knows nothing of policies."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        tables = [to_state.apps.get_model(app_label, name) for name in self.model_names]
        for model in tables:
            _enable_row_security(schema_editor, model, is_personal=model.__name__ in self.person_models)
        for model in tables:
            for field in _tenant_references(model):
                _add_reference(schema_editor, model, field)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        for name in self.model_names:
            table = schema_editor.quote_name(from_state.apps.get_model(app_label, name)._meta.db_table)
            schema_editor.execute(f"DROP POLICY IF EXISTS one_store ON {table}")
            schema_editor.execute(f"DROP POLICY IF EXISTS own_person ON {table}")
            schema_editor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")

    def describe(self) -> str:
        return f"Isolate {', '.join(self.model_names)} by store"


class AddTenantReference(Operation):
    """Add the composite key of a TenantForeignKey that joined a table later, without a long lock."""

    reversible = True

    def __init__(self, model_name: str, field_name: str) -> None:
        self.model_name = model_name
        self.field_name = field_name

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The model state knows nothing of composite keys."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        _add_reference(schema_editor, model, model._meta.get_field(self.field_name))

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        column = model._meta.get_field(self.field_name).column
        schema_editor.execute(f"ALTER TABLE {model._meta.db_table} DROP CONSTRAINT {_reference_name(model, column)}")

    def describe(self) -> str:
        return f"Bind {self.model_name}.{self.field_name} to the same store"


def _enable_row_security(editor: BaseDatabaseSchemaEditor, model: Any, *, is_personal: bool) -> None:
    table = model._meta.db_table
    editor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    editor.execute(f"CREATE POLICY one_store ON {table} USING (store_id = {SETTING.format(name='app.store')})")
    if is_personal:
        setting = SETTING.format(name="app.person")
        editor.execute(f"CREATE POLICY own_person ON {table} FOR SELECT USING (user_id = {setting})")
    editor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {table}_in_store UNIQUE (store_id, id)")


def _tenant_references(model: Any) -> list[Any]:
    return [
        field
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey) and _is_tenant(field.related_model)
    ]


def _is_tenant(model: Any) -> bool:
    # State models do not inherit from TenantModel: the column tells.
    return issubclass(model, TenantModel) or any(field.name == "store" for field in model._meta.local_fields)


def _reference_name(model: Any, column: str) -> str:
    return f"{model._meta.db_table}_{column}_same_store"[:63]


def _add_reference(editor: BaseDatabaseSchemaEditor, model: Any, field: Any) -> None:
    name = _reference_name(model, field.column)
    editor.execute(
        f"ALTER TABLE {model._meta.db_table} ADD CONSTRAINT {name} "
        f"FOREIGN KEY (store_id, {field.column}) REFERENCES {field.related_model._meta.db_table} (store_id, id) "
        "DEFERRABLE INITIALLY DEFERRED NOT VALID"
    )
    editor.execute(f"ALTER TABLE {model._meta.db_table} VALIDATE CONSTRAINT {name}")
