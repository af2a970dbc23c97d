"""What is put back is what was kept, row by row, and keys go on from there."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection

from departments.models import Division, Window
from tests.kept import filled_tables, keep


@pytest.mark.django_db
def test_reference_data_and_demo_accounts_are_put_back_as_they_were() -> None:
    before = filled_tables()
    call_command("load_reference", verbosity=0)
    call_command("demo_accounts")
    kept = keep(filled_tables() - before)
    assert {"departments_division", "accounts_user", "cases_category"} <= kept.rows.keys()
    last = Window.objects.latest("pk").pk
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE " + ", ".join(f'"{table}"' for table in kept.rows) + " CASCADE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    assert not Division.objects.exists()
    kept.put_back()
    connection.check_constraints()
    assert keep(filled_tables() - before) == kept
    assert Window.objects.create(centre_id="222405", number=99, zone="intake").pk > last
