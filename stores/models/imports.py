"""Files that a member uploads, worked in the background row by row."""

from django.db import models

from stores.models.people import User
from stores.scope import StoreKey, TenantForeignKey, TenantModel


class ImportState(models.TextChoices):
    UPLOADED = "uploaded", "Check the columns"
    QUEUED = "queued", "Waiting to start"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class Import(TenantModel):
    """One uploaded file and how far it is. A killed worker's import is taken up again where it stopped."""

    TRANSITIONS = {
        ImportState.UPLOADED: {ImportState.QUEUED, ImportState.CANCELLED},
        ImportState.QUEUED: {ImportState.RUNNING, ImportState.CANCELLED},
        ImportState.RUNNING: {ImportState.DONE, ImportState.FAILED, ImportState.CANCELLED},
    }

    store = StoreKey(related_name="imports")
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    filename = models.CharField(max_length=200)
    # Key of the file in the default storage.
    stored_as = models.CharField(max_length=200)
    size_bytes = models.BigIntegerField()
    # How the file is to be read (`stores.imports.detection.Dialect`), seen when it was uploaded.
    dialect = models.JSONField(default=dict)
    # What the member confirmed (`stores.imports.plan.Choices`): our field → the file's column, and the ways of writing.
    mapping = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.UPLOADED)
    reason = models.CharField(max_length=300, blank=True)
    # Progress. First the file is read: bytes and lines of it that are done, and the rows in them.
    done_bytes = models.BigIntegerField(default=0)
    done_lines = models.IntegerField(default=0)
    row_count = models.IntegerField(default=0)
    refused_count = models.IntegerField(default=0)
    # Then the rows are booked. When it is done, booked and refused rows together are all rows.
    booked_count = models.IntegerField(default=0)
    # What came of it: orders and customers that were new, orders known before, cancellations.
    order_count = models.IntegerField(default=0)
    known_order_count = models.IntegerField(default=0)
    customer_count = models.IntegerField(default=0)
    cancellation_count = models.IntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    # Renewed with every batch: a running import whose lease is old has lost its worker.
    lease_at = models.DateTimeField(null=True, blank=True)
    # How often it was taken up without getting any further; too often ends it.
    attempt_count = models.PositiveSmallIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="import_state_known", condition=models.Q(state__in=ImportState.values)),
        ]
        indexes = [models.Index(fields=["store", "-created_at"], name="import_by_time")]


class ImportRow(TenantModel):
    """A row that was read and waits to be booked with those it belongs to; gone once that is done."""

    store = StoreKey(related_name="import_rows")
    source = TenantForeignKey(Import, related_name="waiting_rows")
    line_number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=[("purchase", "Purchase"), ("cancellation", "Cancellation")])
    # What has to be booked together: the order of a purchase, the customer of a cancellation.
    key = models.CharField(max_length=100)
    # `stores.imports.rows.Row`
    row = models.JSONField()

    class Meta:
        constraints = [
            # In this order it is also the index by which rows are taken out.
            models.UniqueConstraint(fields=["store", "source", "kind", "key", "line_number"], name="import_row_once")
        ]


class ImportRefusal(TenantModel):
    """A row that was not taken, with its line number and the reason, to be downloaded and mended."""

    store = StoreKey(related_name="import_refusals")
    source = TenantForeignKey(Import, related_name="refusals")
    line_number = models.PositiveIntegerField()
    reason = models.CharField(max_length=300)
    row = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "source", "line_number"], name="refusal_once")]
        ordering = ["line_number"]
