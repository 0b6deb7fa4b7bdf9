"""The books keep themselves: balanced at every commit, written once, by trigger and by grant."""

from django.conf import settings
from django.db import migrations

from stores.isolation import IsolateTenants
from stores.sql import append_only

# Looks at OLD and NEW, since a leg that moves unbalances the transaction it leaves (updates are refused anyway: this
# trigger does not rely on the other). SECURITY DEFINER, so that no scope can hide a leg from the sum.
BALANCED = """
CREATE FUNCTION payouts_ledger_balanced() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    touched uuid[] := ARRAY[CASE WHEN TG_OP <> 'DELETE' THEN NEW.transaction_id END,
                            CASE WHEN TG_OP <> 'INSERT' THEN OLD.transaction_id END];
    wrong record;
BEGIN
    SELECT transaction_id, currency, sum(amount_minor) AS difference INTO wrong
    FROM payouts_ledgerleg WHERE transaction_id = ANY (touched)
    GROUP BY transaction_id, currency HAVING sum(amount_minor) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger transaction % is off by % %', wrong.transaction_id, wrong.difference, wrong.currency
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER payouts_ledgerleg_balanced AFTER INSERT OR UPDATE OR DELETE ON payouts_ledgerleg
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payouts_ledger_balanced();
"""

# An account holds one currency; its legs and their transaction's store follow from the composite keys.
ONE_CURRENCY = """
CREATE FUNCTION payouts_leg_currency() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.currency <> (SELECT currency FROM payouts_ledgeraccount WHERE id = NEW.account_id) THEN
        RAISE EXCEPTION 'a leg in % cannot stand on an account in another currency', NEW.currency
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payouts_ledgerleg_currency BEFORE INSERT ON payouts_ledgerleg
    FOR EACH ROW EXECUTE FUNCTION payouts_leg_currency();
"""

WRITTEN_ONCE = ["payouts_ledgerleg", "payouts_ledgertransaction", "payouts_ledgeraccount", "payouts_commission"]


def revoke_changes() -> migrations.RunSQL:
    """Take UPDATE, DELETE and TRUNCATE of the books from every role that serves requests."""
    roles = ", ".join(f'"{settings.DATABASES[alias]["USER"]}"' for alias in ("default", "platform"))
    tables = ", ".join(WRITTEN_ONCE)
    return migrations.RunSQL(
        f"REVOKE UPDATE, DELETE, TRUNCATE ON {tables} FROM {roles}",
        f"GRANT UPDATE, DELETE ON {tables} TO {roles}",
    )


class Migration(migrations.Migration):
    dependencies = [("payouts", "0001_initial"), ("experts", "0002_rules")]

    operations = [
        IsolateTenants(
            [
                "BankDetails",
                "PayoutMethod",
                "PayoutRun",
                "Payout",
                "Commission",
                "LedgerAccount",
                "LedgerTransaction",
                "LedgerLeg",
            ]
        ),
        migrations.RunSQL(
            BALANCED,
            "DROP TRIGGER payouts_ledgerleg_balanced ON payouts_ledgerleg; DROP FUNCTION payouts_ledger_balanced();",
        ),
        migrations.RunSQL(
            ONE_CURRENCY,
            "DROP TRIGGER payouts_ledgerleg_currency ON payouts_ledgerleg; DROP FUNCTION payouts_leg_currency();",
        ),
        *[append_only(table) for table in WRITTEN_ONCE],
        revoke_changes(),
    ]
