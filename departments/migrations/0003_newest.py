"""The list of the shifts behind a number, newest first."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = (("departments", "0002_rota"),)

    operations = (
        AddIndexConcurrently(
            model_name="shift", index=models.Index(fields=["day", "id"], name="departments_shift_newest")
        ),
    )
