from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KernelConfig(AppConfig):
    name = "governance_center"
    verbose_name = _("Governance centre")

    def ready(self) -> None:
        from governance_center import checks  # noqa: F401  registers the checks of a production start
