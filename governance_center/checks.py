"""What a production start refuses."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register

from governance_center import crypto, papers


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


@register(Tags.security)
def fields_can_be_encrypted(app_configs: Any, **kwargs: Any) -> list[Error]:
    """The cipher is known and every key has the right length."""
    errors = []
    if settings.FIELD_CIPHER not in crypto.CIPHERS:
        errors.append(Error(f"FIELD_CIPHER must be one of {', '.join(crypto.CIPHERS)}.", id="governance.E005"))
    for number, key in enumerate(settings.FIELD_KEYS, start=1):
        if problem := crypto.key_problem(key):
            errors.append(Error(f"Key {number} of FIELD_KEYS {problem}.", id="governance.E006"))
    return errors


@register(Tags.compatibility)
def papers_have_their_typefaces(app_configs: Any, **kwargs: Any) -> list[Warning]:
    """Without a typeface for both languages papers come out with empty boxes."""
    missing = papers.missing_typefaces()
    if not missing:
        return []
    hint = "Run tools/setup.py, set FONT_DIR, or install the system's Noto CJK fonts."
    return [Warning(f"No typeface for papers in: {', '.join(missing)}.", hint=hint, id="governance.W001")]


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
