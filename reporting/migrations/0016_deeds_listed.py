"""What finds the rows behind a number; each change of a referral leaves a row for whoever folds, and every case of before
is folded again."""

import django.db.models.functions.text
from django.db import migrations, models
from django.db.models import F

WATCH = """
CREATE TRIGGER reporting_referral_made AFTER INSERT OR DELETE ON cases_referral FOR EACH ROW
    EXECUTE FUNCTION reporting_deed_changed();
CREATE TRIGGER reporting_referral_changed AFTER UPDATE ON cases_referral FOR EACH ROW
    WHEN ((old.case_id, old.department_id, old.role, old.status, old.dispatched_at, old.signed_at) IS DISTINCT FROM
        (new.case_id, new.department_id, new.role, new.status, new.dispatched_at, new.signed_at))
    EXECUTE FUNCTION reporting_deed_changed();
INSERT INTO reporting_changed (case_id) SELECT id FROM cases_case;
"""

UNWATCH = """
DROP TRIGGER reporting_referral_changed ON cases_referral;
DROP TRIGGER reporting_referral_made ON cases_referral;
"""


def index(name: str, place: object) -> models.Index:
    return models.Index("code", "key", place, F("at").desc(), F("row_id").desc(), name=name)


class Migration(migrations.Migration):
    dependencies = (("reporting", "0015_nearby"),)

    operations = (
        migrations.CreateModel(
            name="Deed",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "kind", "row_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("a", "Agreement"),
                            ("s", "Session"),
                            ("v", "Visit"),
                            ("c", "Second Call"),
                            ("r", "Referral"),
                        ],
                        max_length=1,
                    ),
                ),
                ("row_id", models.BigIntegerField()),
                ("case_id", models.BigIntegerField()),
                ("place", models.CharField(max_length=12)),
                ("code", models.CharField(max_length=40)),
                ("key", models.CharField(blank=True, max_length=40)),
                ("at", models.DateTimeField()),
                ("restricted", models.BooleanField()),
            ],
            options={
                "indexes": [
                    index("reporting_deed_4", django.db.models.functions.text.Left("place", 4)),
                    index("reporting_deed_6", django.db.models.functions.text.Left("place", 6)),
                    index("reporting_deed_9", django.db.models.functions.text.Left("place", 9)),
                    index("reporting_deed_12", F("place")),
                    models.Index("case_id", name="reporting_deed_case"),
                    models.Index(
                        "code", "key", "at", name="reporting_deed_restricted", condition=models.Q(restricted=True)
                    ),
                ]
            },
        ),
        migrations.RunSQL(WATCH, UNWATCH),
    )
