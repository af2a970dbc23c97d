"""Agreements, sessions and visits are counted with their case: each change of them leaves a row for the roll-ups, and
every case of before is counted again."""

from django.db import migrations, models

WATCH = """
CREATE FUNCTION reporting_deed_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF tg_op <> 'INSERT' THEN
        INSERT INTO reporting_changed (case_id) VALUES (old.case_id);
    END IF;
    IF tg_op = 'INSERT' OR (tg_op = 'UPDATE' AND new.case_id <> old.case_id) THEN
        INSERT INTO reporting_changed (case_id) VALUES (new.case_id);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER reporting_agreement_made AFTER INSERT OR DELETE ON mediation_agreement FOR EACH ROW
    EXECUTE FUNCTION reporting_deed_changed();
CREATE TRIGGER reporting_agreement_changed AFTER UPDATE ON mediation_agreement FOR EACH ROW
    WHEN ((old.case_id, old.form, old.reached_on) IS DISTINCT FROM (new.case_id, new.form, new.reached_on))
    EXECUTE FUNCTION reporting_deed_changed();
CREATE TRIGGER reporting_session_made AFTER INSERT OR DELETE ON mediation_session FOR EACH ROW
    EXECUTE FUNCTION reporting_deed_changed();
CREATE TRIGGER reporting_session_changed AFTER UPDATE ON mediation_session FOR EACH ROW
    WHEN ((old.case_id, old.state, old.failure, old.period) IS DISTINCT FROM
        (new.case_id, new.state, new.failure, new.period))
    EXECUTE FUNCTION reporting_deed_changed();
CREATE TRIGGER reporting_visit_made AFTER INSERT OR DELETE ON mediation_followup FOR EACH ROW
    EXECUTE FUNCTION reporting_deed_changed();
CREATE TRIGGER reporting_visit_changed AFTER UPDATE ON mediation_followup FOR EACH ROW
    WHEN ((old.case_id, old.state, old.due_on, old.done_at, old.outcome, old.satisfaction, old.signs, old.second_of_id)
        IS DISTINCT FROM
        (new.case_id, new.state, new.due_on, new.done_at, new.outcome, new.satisfaction, new.signs, new.second_of_id))
    EXECUTE FUNCTION reporting_deed_changed();
INSERT INTO reporting_changed (case_id) SELECT id FROM cases_case;
"""

UNWATCH = """
DROP TRIGGER reporting_visit_changed ON mediation_followup;
DROP TRIGGER reporting_visit_made ON mediation_followup;
DROP TRIGGER reporting_session_changed ON mediation_session;
DROP TRIGGER reporting_session_made ON mediation_session;
DROP TRIGGER reporting_agreement_changed ON mediation_agreement;
DROP TRIGGER reporting_agreement_made ON mediation_agreement;
DROP FUNCTION reporting_deed_changed();
DELETE FROM reporting_durationrollup WHERE kind = 'd';
"""


class Migration(migrations.Migration):
    dependencies = (
        ("reporting", "0009_reaching"),
        ("mediation", "0018_counted"),
    )

    operations = (
        migrations.AddField(model_name="casefact", name="deeds", field=models.JSONField(null=True)),
        migrations.AlterField(
            model_name="durationrollup",
            name="kind",
            field=models.CharField(
                choices=[("r", "Resolved"), ("e", "Ended"), ("s", "Signing"), ("d", "Deed")], max_length=1
            ),
        ),
        migrations.RunSQL(WATCH, UNWATCH),
    )
