"""What a production start refuses."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, register


@register(Tags.security)
def production_has_its_own_secrets(app_configs: Any, **kwargs: Any) -> list[Error]:
    """No start without secrets; outside the demo no ``DEBUG`` either."""
    errors = []
    for name in ("SECRET_KEY", "FIELD_KEYS", "BLIND_INDEX_KEY"):
        if not getattr(settings, name):
            errors.append(Error(f"{name} is not set.", id="governance.E001"))
    if settings.DEBUG and not settings.GOVERNANCE_DEMO:
        errors.append(Error("DEBUG is on outside the demo.", id="governance.E002"))
    if not settings.GOVERNANCE_DEMO and "*" in settings.ALLOWED_HOSTS:
        errors.append(Error("ALLOWED_HOSTS must name the hosts.", id="governance.E003"))
    return errors


@register(Tags.database)
def production_has_no_demo_accounts(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[Error]:
    """Demo accounts have a known password: outside the demo their presence is an error.

    Runs with ``check --database default``, which the production start calls.
    """
    from accounts.models import User

    if settings.GOVERNANCE_DEMO or not databases:
        return []
    if User.objects.filter(is_demo=True, is_active=True).exists():
        return [Error("This database has demo accounts. Remove or deactivate them.", id="governance.E004")]
    return []
