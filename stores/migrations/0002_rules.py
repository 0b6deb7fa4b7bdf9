from django.db import migrations

from stores.isolation import IsolateTenants
from stores.sql import append_only


class Migration(migrations.Migration):
    dependencies = [("stores", "0001_initial")]

    operations = [
        IsolateTenants(
            [
                "ApiKey",
                "AuditEvent",
                "Customer",
                "Delivery",
                "Import",
                "ImportRefusal",
                "Order",
                "OrderLine",
                "PlatformConnection",
                "Product",
                "Refund",
                "RefundLine",
                "Review",
                "StoreMembership",
                "Visitor",
            ],
            person_models=("StoreMembership",),
        ),
        append_only("stores_auditevent"),
    ]
