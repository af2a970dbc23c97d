"""Every change of a case leaves a row for the roll-ups, in its own transaction; cases from before are rows as well."""

from django.db import migrations

WATCH = """
CREATE FUNCTION reporting_case_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO reporting_changed (case_id) SELECT id FROM after;
    RETURN NULL;
END
$$;
CREATE TRIGGER reporting_case_inserted AFTER INSERT ON cases_case REFERENCING NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION reporting_case_changed();
CREATE TRIGGER reporting_case_updated AFTER UPDATE ON cases_case REFERENCING NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION reporting_case_changed();
CREATE FUNCTION reporting_limit_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO reporting_changed (case_id) VALUES (new.case_id);
    RETURN NULL;
END
$$;
CREATE TRIGGER reporting_limit_changed AFTER UPDATE ON cases_deadline FOR EACH ROW
    WHEN ((old.due_at, old.met_at, old.cancelled_at, old.paused_at)
        IS DISTINCT FROM (new.due_at, new.met_at, new.cancelled_at, new.paused_at))
    EXECUTE FUNCTION reporting_limit_changed();
INSERT INTO reporting_changed (case_id) SELECT id FROM cases_case;
"""

UNWATCH = """
DROP TRIGGER reporting_limit_changed ON cases_deadline;
DROP FUNCTION reporting_limit_changed();
DROP TRIGGER reporting_case_updated ON cases_case;
DROP TRIGGER reporting_case_inserted ON cases_case;
DROP FUNCTION reporting_case_changed();
"""


class Migration(migrations.Migration):
    dependencies = (("reporting", "0001_rollups"),)

    operations = (migrations.RunSQL(WATCH, UNWATCH),)
