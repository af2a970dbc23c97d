"""Papers made of a case: each remembers the wording it was first made with."""

from __future__ import annotations

from django.utils import timezone

from accounts.models import User
from cases.models import Case
from governance_center.errors import NotAllowed
from governance_center.transactions import atomic
from mediation import paper_making
from mediation.file_contents import Item
from mediation.file_facts import FileFacts
from mediation.models import MadePaper
from mediation.services.filing import may_keep, may_read
from mediation.services.wordings import in_force


def make_paper(*, facts: FileFacts, item: Item, by: User, language: str, site: str) -> bytes:
    """A paper of the file as PDF; printed again later it has the same wording.

    Args:
        site: address of this site, for the code on an agreement.

    Raises:
        NotAllowed: see :func:`mediation.services.filing.may_read`.
        governance_center.papers.PaperFailed: it could not be set.
    """
    if not may_read(facts.case, by):
        raise NotAllowed()
    made = remember(facts.case, item, by=by)
    return set_paper(facts, item, made, language, site)


def set_paper(facts: FileFacts, item: Item, made: MadePaper, language: str, site: str) -> bytes:
    """The PDF of a paper that is made here, in the wording it remembers."""
    if item.kind is None:
        raise ValueError("this paper was not made here")
    if not item.kind.has_wording:
        return paper_making.MAKERS[item.kind.code](item.about, language, site)
    return paper_making.make(facts, item.kind, item.about, at=item.at, language=language, template=made.template)


@atomic
def remember(case: Case, item: Item, *, by: User) -> MadePaper:
    """The row that ties a paper to its wording; made with the first print, kept from then on."""
    if item.kind is None:
        raise ValueError("this paper was not made here")
    made, _new = MadePaper.objects.select_related("template").get_or_create(
        case=case,
        kind=item.kind.code,
        source=item.source,
        defaults={
            "template": in_force(item.kind.code) if item.kind.has_wording else None,
            "made_by": by,
            "made_at": timezone.now(),
        },
    )
    return made


@atomic
def renew_wording(*, facts: FileFacts, item: Item, by: User) -> MadePaper:
    """Take the wording that is in force now for a paper that nobody has signed yet.

    Raises:
        NotAllowed: see :func:`mediation.services.filing.may_keep`, or a signed copy stands for it.
    """
    made = remember(facts.case, item, by=by)
    if not may_keep(facts.case, by) or made.document_id:
        raise NotAllowed()
    if item.kind and item.kind.has_wording:
        made.template = in_force(item.kind.code)
        made.save(update_fields=["template"])
    return made
