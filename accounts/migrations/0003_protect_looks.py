"""The log of looks is append-only: the database refuses to change, delete or truncate it."""

from django.db import migrations

PROTECT = """
CREATE FUNCTION accounts_refuse_look_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log of looks is append-only: % on accounts_look refused', TG_OP
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER accounts_look_no_change BEFORE UPDATE OR DELETE ON accounts_look
    FOR EACH ROW EXECUTE FUNCTION accounts_refuse_look_change();
CREATE TRIGGER accounts_look_no_truncate BEFORE TRUNCATE ON accounts_look
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_refuse_look_change();
"""

UNPROTECT = """
DROP TRIGGER accounts_look_no_truncate ON accounts_look;
DROP TRIGGER accounts_look_no_change ON accounts_look;
DROP FUNCTION accounts_refuse_look_change();
"""


class Migration(migrations.Migration):
    dependencies = (("accounts", "0002_look"),)

    operations = (migrations.RunSQL(PROTECT, UNPROTECT),)
