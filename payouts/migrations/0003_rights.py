"""What the application may do with accounts and payouts, column by column."""

from django.conf import settings
from django.db import migrations

# Who pays locks the experts' accounts, and PostgreSQL grants row locks only with the right to update a column; the
# append-only trigger still refuses every UPDATE. A payout moves through its states; whom it pays how much, and where
# to, was decided when it was made.
GRANT = """
GRANT UPDATE (id) ON payouts_ledgeraccount TO {roles};
REVOKE UPDATE, DELETE, TRUNCATE ON payouts_payout FROM {roles};
GRANT UPDATE (state, reason, sent_at, paid_at, failed_at) ON payouts_payout TO {roles};
"""
UNDO = """
REVOKE UPDATE (id) ON payouts_ledgeraccount FROM {roles};
REVOKE UPDATE (state, reason, sent_at, paid_at, failed_at) ON payouts_payout FROM {roles};
GRANT UPDATE, DELETE ON payouts_payout TO {roles};
"""


def rights() -> migrations.RunSQL:
    """Give the roles that serve requests what they need and no more."""
    roles = ", ".join(f'"{settings.DATABASES[alias]["USER"]}"' for alias in ("default", "platform"))
    return migrations.RunSQL(GRANT.format(roles=roles), UNDO.format(roles=roles))


class Migration(migrations.Migration):
    dependencies = [("payouts", "0002_rules")]

    operations = [rights()]
