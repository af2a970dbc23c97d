"""What staff are told by the desk."""

from django.utils.translation import gettext_lazy as _

from accounts.notifications import register

register("import.checked", _("“%(file)s” was checked: %(imported)s rows can be taken over, %(failed)s have faults."))
register("import.done", _("“%(file)s” was taken over: %(imported)s rows, %(failed)s more have faults."))
register("import.failed", _("“%(file)s” could not be taken over. The page of the import tells why."))
