from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = _("Cases")

    def ready(self) -> None:
        from cases import case_page, checks, messages, tasks  # noqa: F401  register themselves
        from cases.sections import register
        from cases.services import rating
        from governance_center.events import subscribe

        subscribe("calendar.changed", tasks.recompute_after_change)
        subscribe("case.reopened", rating.on_reopened)
        subscribe("case.unresolved", rating.on_unresolved)
        register(sections=case_page.sections, actions=case_page.actions)
