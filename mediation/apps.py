from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MediationConfig(AppConfig):
    name = "mediation"
    verbose_name = _("Mediation")

    def ready(self) -> None:
        from cases.sections import register
        from governance_center.events import subscribe
        from mediation import case_page, messages  # noqa: F401  registers what staff are told
        from mediation.services import follow_ups, notices, sessions, wordings

        subscribe("case.resolved", follow_ups.on_resolved)
        subscribe("case.reopened", follow_ups.on_reopened)
        for ending in ("case.resolved", "case.unresolved", "case.withdrawn"):
            subscribe(ending, sessions.on_ended)
        subscribe("outgoing.dead", notices.on_dead)
        subscribe("reference.loading", wordings.on_loading)
        register(sections=case_page.sections, actions=case_page.actions)
