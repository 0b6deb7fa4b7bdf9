from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("stores", "0002_rules")]

    operations = [
        migrations.AddField(model_name="order", name="was_paid", field=models.BooleanField(default=False)),
        migrations.AddField(model_name="order", name="has_tax_in_prices", field=models.BooleanField(default=False)),
    ]
