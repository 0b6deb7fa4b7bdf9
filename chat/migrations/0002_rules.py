from django.db import migrations

from stores.isolation import IsolateTenants


class Migration(migrations.Migration):
    dependencies = [("chat", "0001_initial"), ("attribution", "0002_rules")]

    operations = [IsolateTenants(["Conversation", "ConversationEvent", "Offer", "PresenceLease"])]
