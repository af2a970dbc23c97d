"""Sentences of Django that our users meet. Named here so that our catalogues carry them: Django's own Korean
follows South Korea's usage, and its Chinese is not always the office's."""

from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext_lazy

WORDS = (
    _("This field is required."),
    _("Select a valid choice. That choice is not one of the available choices."),
    _("Select a valid choice. %(value)s is not one of the available choices."),
    _("Enter a valid date."),
    _("Enter a valid value."),
    _("Null characters are not allowed."),
)
COUNTED = (
    ngettext_lazy(
        "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
        "limit_value",
    ),
    ngettext_lazy("Please submit at most %(num)d form.", "Please submit at most %(num)d forms.", "num"),
)
