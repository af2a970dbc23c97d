"""Days of a desk are counted by themselves: each change of a shift, a rota or an answer leaves a row in its own
transaction; whatever is there is counted by the first fold."""

from django.db import migrations, models

WATCH = """
CREATE FUNCTION reporting_shift_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF tg_op <> 'INSERT' THEN
        INSERT INTO reporting_deskchanged (centre, day) VALUES (old.centre_id, old.day);
    END IF;
    IF tg_op <> 'DELETE' THEN
        INSERT INTO reporting_deskchanged (centre, day) VALUES (new.centre_id, new.day);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER reporting_shift_changed AFTER INSERT OR UPDATE OR DELETE ON departments_shift FOR EACH ROW
    EXECUTE FUNCTION reporting_shift_changed();
CREATE FUNCTION reporting_plan_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO reporting_deskchanged (centre, plan_id) VALUES ('', new.id);
    RETURN NULL;
END
$$;
CREATE TRIGGER reporting_plan_changed AFTER UPDATE ON departments_rotaplan FOR EACH ROW
    WHEN (old.state IS DISTINCT FROM new.state) EXECUTE FUNCTION reporting_plan_changed();
CREATE FUNCTION reporting_answer_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF tg_op <> 'INSERT' AND old.outcome = 'answered' THEN
        INSERT INTO reporting_deskchanged (centre, day)
            VALUES (old.centre_id, (old.at AT TIME ZONE 'Asia/Shanghai')::date);
    END IF;
    IF tg_op <> 'DELETE' AND new.outcome = 'answered' THEN
        INSERT INTO reporting_deskchanged (centre, day)
            VALUES (new.centre_id, (new.at AT TIME ZONE 'Asia/Shanghai')::date);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER reporting_answer_changed AFTER INSERT OR UPDATE OR DELETE ON intake_visit FOR EACH ROW
    EXECUTE FUNCTION reporting_answer_changed();
INSERT INTO reporting_deskchanged (centre, day)
    SELECT centre_id, day FROM departments_shift
    UNION SELECT centre_id, (at AT TIME ZONE 'Asia/Shanghai')::date FROM intake_visit WHERE outcome = 'answered';
"""

UNWATCH = """
DROP TRIGGER reporting_answer_changed ON intake_visit;
DROP FUNCTION reporting_answer_changed();
DROP TRIGGER reporting_plan_changed ON departments_rotaplan;
DROP FUNCTION reporting_plan_changed();
DROP TRIGGER reporting_shift_changed ON departments_shift;
DROP FUNCTION reporting_shift_changed();
"""


class Migration(migrations.Migration):
    dependencies = (
        ("reporting", "0010_deeds"),
        ("departments", "0003_newest"),
        ("intake", "0006_counted"),
    )

    operations = (
        migrations.CreateModel(
            name="DeskDay",
            fields=[
                ("pk", models.CompositePrimaryKey("grain", "start", "centre", blank=True, editable=False,
                                                  primary_key=True, serialize=False)),
                ("grain", models.CharField(choices=[("d", "Day"), ("m", "Month")], max_length=1)),
                ("start", models.DateField()),
                ("centre", models.CharField(max_length=12)),
                ("due", models.IntegerField()),
                ("attended", models.IntegerField()),
                ("left", models.IntegerField()),
                ("answered", models.IntegerField()),
            ],
            options={"verbose_name": "day of a desk"},
        ),
        migrations.CreateModel(
            name="ChangedDesk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("centre", models.CharField(blank=True, max_length=12)),
                ("day", models.DateField(null=True)),
                ("plan_id", models.BigIntegerField(null=True)),
            ],
            options={"db_table": "reporting_deskchanged"},
        ),
        migrations.RunSQL(WATCH, UNWATCH),
    )  # fmt: skip
