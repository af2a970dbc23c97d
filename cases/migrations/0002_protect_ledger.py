"""The database itself keeps the ledger append-only: no entry can be changed, deleted or truncated away."""

from django.db import migrations

PROTECT = """
CREATE FUNCTION cases_refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only: % on cases_caseevent refused', TG_OP
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER cases_caseevent_no_change BEFORE UPDATE OR DELETE ON cases_caseevent
    FOR EACH ROW EXECUTE FUNCTION cases_refuse_ledger_change();
CREATE TRIGGER cases_caseevent_no_truncate BEFORE TRUNCATE ON cases_caseevent
    FOR EACH STATEMENT EXECUTE FUNCTION cases_refuse_ledger_change();
"""

UNPROTECT = """
DROP TRIGGER cases_caseevent_no_truncate ON cases_caseevent;
DROP TRIGGER cases_caseevent_no_change ON cases_caseevent;
DROP FUNCTION cases_refuse_ledger_change();
"""


class Migration(migrations.Migration):
    dependencies = (("cases", "0001_initial"),)

    operations = (migrations.RunSQL(PROTECT, UNPROTECT),)
