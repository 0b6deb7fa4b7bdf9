"""Commissions, the ledger, payouts. Rows of the ledger are written once; the database refuses to change them."""

from django.db import models

from experts.models import Expert, Terms
from stores.models import Order, OrderLine, User
from stores.scope import StoreKey, TenantForeignKey, TenantModel


class AccountKind(models.TextChoices):
    """Whose money. A positive leg is a debit: what comes in or is owed to the account's side; negative, a credit."""

    EXPERT_PAYABLE = "expert_payable", "Owed to an expert"
    STORE_RECEIVABLE = "store_receivable", "Owed by the store"
    PEERSIDE_REVENUE = "peerside_revenue", "Peerside's fee"
    IN_TRANSIT = "in_transit", "On its way to an expert"
    STORE_CASH = "store_cash", "Paid from the store's bank"


class LedgerAccount(TenantModel):
    """Whose money, in one currency. Its balance is always a sum of legs, never a column."""

    store = StoreKey(related_name="ledger_accounts")
    kind = models.CharField(max_length=20, choices=AccountKind.choices)
    expert = TenantForeignKey(Expert, null=True, blank=True, related_name="ledger_accounts")
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store", "kind", "expert", "currency"], name="account_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="account_expert_iff_payable",
                condition=models.Q(kind=AccountKind.EXPERT_PAYABLE, expert__isnull=False)
                | (~models.Q(kind=AccountKind.EXPERT_PAYABLE) & models.Q(expert=None)),
            ),
        ]


class CommissionKind(models.TextChoices):
    EXACT = "exact", "The product she advised on"
    OTHER = "other", "Another product bought with it"


class Commission(TenantModel):
    """What an expert earns on an order line: the first row accrues, later ones post the difference (clawback)."""

    store = StoreKey(related_name="commissions")
    expert = TenantForeignKey(Expert, related_name="commissions")
    order = TenantForeignKey(Order, related_name="commissions")
    order_line = TenantForeignKey(OrderLine, related_name="commissions")
    terms = TenantForeignKey(Terms, related_name="+")
    # 1 for the accrual, then 2, 3, … for each difference.
    revision = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=CommissionKind.choices)
    rate_bps = models.PositiveIntegerField()
    # The line's goods after discounts and refunds, as known at this revision.
    commissionable_minor = models.BigIntegerField()
    # What this row adds to the commission (negative for a clawback) and to Peerside's fee.
    amount_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=120)
    available_at = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "order_line", "revision"], name="commission_revision_once"),
        ]
        indexes = [
            models.Index(fields=["store", "expert", "-created_at"], name="commission_by_expert"),
            models.Index(fields=["store", "order"], name="commission_by_order"),
        ]


class PayoutState(models.TextChoices):
    PENDING = "pending", "Being prepared"
    SENT = "sent", "Sent to the bank"
    PAID = "paid", "Paid"
    FAILED = "failed", "Failed"


class Rail(models.TextChoices):
    BANK_FILE = "bank_file", "Bank transfer"


class BankAccount(TenantModel):
    """Whose account, and where: the columns that methods, runs and payouts share."""

    holder = models.CharField(max_length=70)
    iban = models.CharField(max_length=34)
    bic = models.CharField(max_length=11, blank=True)

    class Meta:
        abstract = True

    def masked_iban(self) -> str:
        """The IBAN as it may be shown on a page: "DE89 … 3000"."""
        return f"{self.iban[:4]} … {self.iban[-4:]}"


class PayoutMethod(BankAccount):
    """Where an expert wants her money. The newest row counts; older ones stay as they were."""

    store = StoreKey(related_name="payout_methods")
    expert = TenantForeignKey(Expert, related_name="payout_methods")
    rail = models.CharField(max_length=20, choices=Rail.choices)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["store", "expert", "-created_at"], name="payout_method_newest")]


class BankDetails(BankAccount):
    """The store's own account, from which its bank file pays."""

    store = StoreKey(related_name="bank_details")
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["store", "-created_at"], name="bank_details_newest")]


class PayoutRun(BankAccount):
    """One decision to pay everybody who is due, from the store's account as it was then."""

    store = StoreKey(related_name="payout_runs")
    number = models.PositiveIntegerField()
    rail = models.CharField(max_length=20, choices=Rail.choices)
    currency = models.CharField(max_length=3)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "number"], name="payout_run_number_once")]
        indexes = [models.Index(fields=["store", "-created_at"], name="payout_run_by_time")]


class Payout(BankAccount):
    """Our decision to pay one expert one amount, to her account as it was then: a later change redirects nothing."""

    TRANSITIONS = {
        PayoutState.PENDING: {PayoutState.SENT, PayoutState.FAILED},
        PayoutState.SENT: {PayoutState.PAID, PayoutState.FAILED},
    }

    store = StoreKey(related_name="payouts")
    run = TenantForeignKey(PayoutRun, related_name="payouts")
    expert = TenantForeignKey(Expert, related_name="payouts")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=10, choices=PayoutState.choices, default=PayoutState.PENDING)
    reason = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "run", "expert"], name="payout_once_per_run"),
            models.CheckConstraint(name="payout_positive", condition=models.Q(amount_minor__gt=0)),
            models.CheckConstraint(name="payout_state_known", condition=models.Q(state__in=PayoutState.values)),
        ]
        indexes = [models.Index(fields=["store", "expert", "-created_at"], name="payout_by_expert")]


class LedgerTransaction(TenantModel):
    """One business event. Its legs sum to zero in each currency: a deferred trigger looks at every commit."""

    store = StoreKey(related_name="ledger_transactions")
    kind = models.CharField(max_length=20)
    # The fact that it books, so that no fact is booked twice: "commission:<id>", "payout:<id>:sent".
    source_key = models.CharField(max_length=120)
    occurred_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "source_key"], name="ledger_source_once")]


class LedgerLeg(TenantModel):
    """One signed amount on one account. Never changed, never deleted, by trigger and by grant."""

    store = StoreKey(related_name="ledger_legs")
    transaction = TenantForeignKey(LedgerTransaction, related_name="legs")
    account = TenantForeignKey(LedgerAccount, related_name="legs")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    # From when on an expert may be paid it; a hold is this date and no state.
    available_at = models.DateTimeField()
    occurred_at = models.DateTimeField()
    commission = TenantForeignKey(Commission, null=True, blank=True, related_name="legs")
    payout = TenantForeignKey(Payout, null=True, blank=True, related_name="legs")

    class Meta:
        constraints = [models.CheckConstraint(name="leg_not_zero", condition=~models.Q(amount_minor=0))]
        indexes = [
            models.Index(fields=["store", "account", "available_at"], name="leg_by_account"),
            models.Index(fields=["store", "transaction"], name="leg_by_transaction"),
        ]
