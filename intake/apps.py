from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntakeConfig(AppConfig):
    name = "intake"
    verbose_name = _("Guide desk")

    def ready(self) -> None:
        from cases.sections import register, register_person
        from intake import case_page, messages, person_file  # noqa: F401  registers what staff are told

        register(sections=case_page.sections, actions=case_page.actions)
        register_person(person_file.PROVIDER)
