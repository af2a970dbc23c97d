"""What every test stands on: a real PostgreSQL, with the guard against TRUNCATE off only here.

Tests that need real transactions empty the tables afterwards by TRUNCATE, which the ledger's trigger refuses;
so the test database, and nothing else, goes without that one trigger.
"""

from __future__ import annotations

from typing import Any

import hypothesis
import pytest

# How long an example takes says nothing here: machines are busy, and a deadline would be a timing assertion.
hypothesis.settings.register_profile("here", deadline=None)
hypothesis.settings.load_profile("here")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    from django.db import connection

    from tests.template import migrated

    connection.settings_dict["TEST"]["TEMPLATE"] = migrated()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    from django.db import connection

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE cases_caseevent DISABLE TRIGGER cases_caseevent_no_truncate")
        cursor.execute("ALTER TABLE accounts_look DISABLE TRIGGER accounts_look_no_truncate")
        cursor.execute("ALTER TABLE reporting_exportentry DISABLE TRIGGER reporting_exportentry_no_truncate")
        cursor.execute("ALTER TABLE reporting_publishedfigures DISABLE TRIGGER reporting_publishedfigures_no_truncate")


@pytest.fixture(autouse=True)
def plain_static_files(settings: Any) -> None:
    """Pages find their static files without a collected manifest."""
    storages = dict(settings.STORAGES)
    storages["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = storages


@pytest.fixture(autouse=True)
def unhurried_status_page(settings: Any) -> None:
    """All tests open status pages from one address; the tests of its slowing set their own number."""
    settings.STATUS_OPENINGS = 100_000


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """Nothing that another test measured is remembered."""
    from django.core.cache import cache

    cache.clear()
