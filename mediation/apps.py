from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MediationConfig(AppConfig):
    name = "mediation"
    verbose_name = _("Mediation")

    def ready(self) -> None:
        from cases.sections import register
        from governance_center.events import subscribe
        from mediation import case_page, messages, reference_data  # noqa: F401  registers what staff are told
        from mediation.services import follow_ups, merging, notices, sessions, visitors, wordings

        subscribe("case.resolved", follow_ups.on_resolved)
        for back in ("case.reopened", "case.withdrawn", "case.unresolved", "case.merged"):
            subscribe(back, follow_ups.on_reopened)
        subscribe("case.closed", follow_ups.on_closed)
        subscribe("case.restricted", visitors.on_restricted)
        subscribe("reference.loading", reference_data.load)
        for ending in ("case.resolved", "case.unresolved", "case.withdrawn", "case.merged"):
            subscribe(ending, sessions.on_ended)
        subscribe("case.merging", merging.on_merging)
        subscribe("case.unmerged", follow_ups.on_unmerged)
        subscribe("outgoing.dead", notices.on_dead)
        subscribe("reference.loading", wordings.on_loading)
        register(sections=case_page.sections, actions=case_page.actions)
