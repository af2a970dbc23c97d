"""What mediators of a county have concluded lately is found by place and day."""

from django.contrib.postgres.indexes import OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Coalesce


class Migration(migrations.Migration):
    atomic = False

    dependencies = (("cases", "0012_counted"),)

    operations = (
        AddIndexConcurrently(
            model_name="case",
            index=models.Index(
                OpClass("division", name="varchar_pattern_ops"),
                Coalesce("resolved_at", "state_since"),
                name="cases_case_concluded",
                condition=models.Q(mediator__isnull=False),
            ),
        ),
    )
