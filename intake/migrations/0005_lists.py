from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("intake", "0004_findings_of_a_case")]

    operations = [
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(
                condition=models.Q(("outcome", "answered")), fields=["centre", "at"], name="intake_visit_answered"
            ),
        ),
    ]
