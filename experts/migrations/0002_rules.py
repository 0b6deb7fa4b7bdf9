from django.db import migrations

from stores.isolation import IsolateTenants


class Migration(migrations.Migration):
    dependencies = [("experts", "0001_initial"), ("stores", "0002_rules")]

    operations = [
        IsolateTenants(
            ["Candidate", "Terms", "Expert", "Invitation", "TermsAcceptance"],
            person_models=("Expert",),
        ),
    ]
