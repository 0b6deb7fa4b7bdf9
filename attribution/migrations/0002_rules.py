from django.db import migrations

from stores.isolation import IsolateTenants


class Migration(migrations.Migration):
    dependencies = [("attribution", "0001_initial"), ("payouts", "0002_rules")]

    operations = [IsolateTenants(["Touchpoint", "Attribution"])]
