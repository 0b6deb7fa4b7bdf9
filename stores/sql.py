"""SQL that migrations share: what the database itself refuses."""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION {table}_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{table} is written once: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse_change();
"""

DROP_APPEND_ONLY = """
DROP TRIGGER {table}_append_only ON {table};
DROP FUNCTION {table}_refuse_change();
"""


def append_only(table: str) -> migrations.RunSQL:
    """Refuse UPDATE, DELETE and TRUNCATE of a table, whoever asks, even where no row would be touched."""
    return migrations.RunSQL(APPEND_ONLY.format(table=table), DROP_APPEND_ONLY.format(table=table))
