from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        from accounts import messages, reminder_settings  # noqa: F401  registers what administrators are told
        from governance_center.events import subscribe

        subscribe("reference.loading", reminder_settings.on_loading)
