from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("mediation", "0001_initial")]

    operations = [
        AddIndexConcurrently(
            "followup",
            models.Index(
                condition=models.Q(("reminded_at__isnull", True), ("state", "planned")),
                fields=["due_on", "id"],
                name="mediation_followup_to_tell",
            ),
        ),
        AddIndexConcurrently(
            "followup",
            models.Index(
                condition=models.Q(("reminded_at__isnull", False), ("state", "planned")),
                fields=["case"],
                name="mediation_followup_awaited",
            ),
        ),
        RemoveIndexConcurrently("followup", "mediation_followup_to_remind"),
    ]
