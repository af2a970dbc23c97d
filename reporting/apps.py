from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportingConfig(AppConfig):
    name = "reporting"
    verbose_name = _("Figures")

    def ready(self) -> None:
        from reporting import board, messages  # noqa: F401  registers what staff are told
        from reporting.briefing import standing_out

        board.register()
        standing_out.register()
