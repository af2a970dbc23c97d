"""What staff are told by the guide desk."""

from django.utils.translation import gettext_lazy as _

from accounts.notifications import register

register("visit.attached", _("The petitioner of case %(number)s came again on the same matter."))
register(
    "visit.group",
    _("A group of %(count)s people came to the desk (case %(number)s). At most five may speak for a group."),
)
register("import.checked", _("“%(file)s” was checked: %(imported)s rows can be taken over, %(failed)s have faults."))
register("import.done", _("“%(file)s” was taken over: %(imported)s rows, %(failed)s more have faults."))
register("import.failed", _("“%(file)s” could not be taken over. The page of the import tells why."))
register("outreach.started", _("Outreach “%(name)s” begins: %(from)s to %(to)s. Your households are on the list."))
register("outreach.found", _("Outreach “%(name)s” found a dispute that waits for you to register it."))
