"""The production form, held against the settings: it cannot be run here, so it is read."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from governance_center.local.postgres import SETTINGS

ROOT = Path(settings.BASE_DIR)
OURS = ("migrate", "web", "worker", "beat")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def test_the_services_of_the_production_form_are_there(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"database", "broker", *OURS}
    assert compose["services"]["database"]["image"] == "postgres:18"


def test_the_database_plans_as_it_was_measured(compose: dict[str, Any]) -> None:
    given = dict(part.removeprefix("-c").split("=") for part in compose["services"]["database"]["command"][1:])
    assert given.keys() >= {"jit", "random_page_cost", "work_mem", "effective_cache_size"}
    assert given.items() <= SETTINGS.items()


def test_what_runs_on_has_a_health_check(compose: dict[str, Any]) -> None:
    lasting = [name for name, service in compose["services"].items() if service.get("restart") != "no"]
    assert sorted(lasting) == ["beat", "broker", "database", "web", "worker"]
    assert all(compose["services"][name]["healthcheck"]["test"] for name in lasting)


def test_no_secret_has_a_default(compose: dict[str, Any]) -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    named = re.findall(r"\$\{([^}]+)\}", text)
    assert named
    assert all(name.endswith(":?") for name in named), "every value must be given"
    for service in compose["services"].values():
        for key, value in (service.get("environment") or {}).items():
            if re.search("PASSWORD|SECRET|KEY|TOKEN", key):
                assert value is None or str(value).startswith("${"), key  # None: handed through where it is set


def test_every_setting_that_production_needs_is_given(compose: dict[str, Any]) -> None:
    source = (ROOT / "governance_center" / "settings.py").read_text()
    read = set(re.findall(r'(?:environ\.get|words|flag)\("([A-Z_]+)"', source))
    for name in OURS:
        given = compose["services"][name]["environment"]
        assert set(given) <= read, "nothing is given that nobody reads"
        for needed in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "FIELD_KEYS", "BLIND_INDEX_KEY", "ALLOWED_HOSTS"):
            assert needed in given
        for offered in (
            "SMS_GATEWAY",
            "SMS_GATEWAY_URL",
            "SMS_GATEWAY_TOKEN",
            "QUIET_FROM",
            "QUIET_UNTIL",
            "DIGEST_HOUR",
        ):
            assert given[offered] is None, "without a value in the file the setting keeps its own default"
        assert "GOVERNANCE_DEMO" not in given
        assert "DEBUG" not in given


def test_data_outlives_the_containers(compose: dict[str, Any]) -> None:
    for name in ("database", "broker", "beat"):
        volume = compose["services"][name]["volumes"][0].partition(":")[0]
        assert volume in compose["volumes"]


def test_commands_are_commands_of_the_project(compose: dict[str, Any]) -> None:
    for name in ("web", "worker", "beat"):
        command = compose["services"][name]["command"]
        assert command[0] in {"gunicorn", "celery"}
        assert any(part.startswith("governance_center") for part in command)
    pinned = (ROOT / "requirements.txt").read_text()
    assert "\ngunicorn==" in pinned
    assert "\ncelery==" in pinned


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    """``manage.py check`` as production starts it, with nothing but these variables."""
    command = [sys.executable, "manage.py", "check"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


SECRETS = {"SECRET_KEY": "x" * 60, "FIELD_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", "BLIND_INDEX_KEY": "y"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "no issues"),
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"FIELD_KEYS": ""}, "FIELD_KEYS is not set"),
        ({"BLIND_INDEX_KEY": ""}, "BLIND_INDEX_KEY is not set"),
        ({"DEBUG": "1"}, "DEBUG is on"),
        ({"ALLOWED_HOSTS": "*"}, "must name the hosts"),
        ({"DATABASE_URL": "sqlite:///x"}, "must begin with postgresql://"),
    ],
)
def test_a_production_start_refuses_what_is_unsafe(changes: dict[str, str], said: str) -> None:
    done = start(**{**SECRETS, **changes})
    assert said in done.stdout + done.stderr
    assert (done.returncode == 0) is (changes == {})


def test_a_production_start_refuses_demo_accounts(db: None, settings: Any) -> None:
    from governance_center.checks import production_has_no_demo_accounts
    from tests.world import build

    world = build()
    settings.GOVERNANCE_DEMO = False
    assert production_has_no_demo_accounts(None, databases=["default"]) == []
    world.clerk.is_demo = True
    world.clerk.save()
    assert [error.id for error in production_has_no_demo_accounts(None, databases=["default"])] == ["governance.E004"]
