import django.db.models.deletion
from django.db import migrations, models

import stores.scope
from stores.isolation import IsolateTenants


class Migration(migrations.Migration):
    dependencies = [("stores", "0003_order_facts")]

    operations = [
        migrations.AddField("import", "attempt_count", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("import", "booked_count", models.IntegerField(default=0)),
        migrations.AddField("import", "cancellation_count", models.IntegerField(default=0)),
        migrations.AddField("import", "dialect", models.JSONField(default=dict)),
        migrations.AddField("import", "done_lines", models.IntegerField(default=0)),
        migrations.AddField("import", "known_order_count", models.IntegerField(default=0)),
        migrations.CreateModel(
            name="ImportRow",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=stores.scope.UUIDv7(), editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("line_number", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("purchase", "Purchase"), ("cancellation", "Cancellation")], max_length=12
                    ),
                ),
                ("key", models.CharField(max_length=100)),
                ("row", models.JSONField()),
                (
                    "source",
                    stores.scope.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waiting_rows",
                        to="stores.import",
                    ),
                ),
                (
                    "store",
                    stores.scope.StoreKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="import_rows",
                        to="stores.store",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("store", "source", "kind", "key", "line_number"), name="import_row_once"
                    )
                ],
            },
        ),
        IsolateTenants(["ImportRow"]),
    ]
