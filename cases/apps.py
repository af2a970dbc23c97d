from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = _("Cases")

    def ready(self) -> None:
        from cases import checks, messages, tasks  # noqa: F401  register themselves
        from governance_center.events import subscribe

        subscribe("calendar.changed", tasks.recompute_after_change)
