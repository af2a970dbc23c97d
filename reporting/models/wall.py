from __future__ import annotations

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _


def new_wall_code() -> str:
    """The unguessable part of the address of a big screen."""
    return secrets.token_urlsafe(18)


class Wall(models.Model):
    """The big screen of a division's command room: opens without signing in, under this code, so that nobody's
    account stays signed in there. A new code shuts out whoever knows the old one."""

    division = models.OneToOneField(
        "departments.Division", models.CASCADE, primary_key=True, related_name="+", verbose_name=_("division")
    )
    code = models.CharField(_("code"), max_length=30, unique=True, default=new_wall_code)
    given_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name=_("given by")
    )
    given_at = models.DateTimeField(_("given at"))

    class Meta:
        verbose_name = _("big screen")
        verbose_name_plural = _("big screens")

    def __str__(self) -> str:
        return self.division_id
