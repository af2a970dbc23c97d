"""What the papers say beside the facts of the case: sentences of the law with their articles, and of the centre.

Every function speaks the language that is active.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cases.models import Case, Deadline, Kind, PetitionClass
from cases.states import RefusalReason


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its points; empty points are left out. ``is_list`` puts a mark before each."""

    heading: str
    points: Sequence[str]
    is_list: bool = True


def acceptance(case: Case, limits: Sequence[Deadline]) -> list[Section]:
    """Sections of the notice of acceptance (受理告知书)."""
    return [
        Section(_("Time limits"), [_limit(limit) for limit in limits]),
        Section(_("What happens next"), _next_steps(case)),
        what_to_bring(),
        how_to_ask(case),
    ]


def non_acceptance(case: Case, reason: str, way_open: str) -> list[Section]:
    """Sections of the notice of non-acceptance (不予受理告知书)."""
    rights = [
        _("If you do not agree, you may ask the centre to look at the matter again; bring this notice with you."),
        _("If things change or you have new facts, you may hand in the matter again, in words or in writing."),
        _("This notice takes no right from you: arbitration, administrative ways and the court stay open by law."),
        _("Mind the time limits of those ways; this notice does not stop them."),
    ]
    return [*refusal(reason, way_open), Section(_("Your rights"), rights), how_to_ask(case)]


def refusal(reason: str, way_open: str) -> list[Section]:
    """Why a matter was not accepted and which way is open, in the words that the clerk wrote."""
    return [
        Section(_("Reason of non-acceptance"), [str(RefusalReason(reason).label)], is_list=False),
        Section(_("Which way is open instead"), way_open.splitlines(), is_list=False),
    ]


def rights() -> list[Section]:
    """Sections of the notice of rights and duties, after the People's Mediation Law (人民调解法, 2011)."""
    parts: tuple[Callable[[], Section], ...] = (
        _nature, _principles, _rights, _duties, _fairness, _effect, _failure,
    )  # fmt: skip
    return [part() for part in parts]


def what_to_bring() -> Section:
    return Section(
        _("What to bring"),
        [
            _("Your identity document."),
            _("Papers on the matter with copies: contracts, receipts, records, photographs, earlier decisions."),
            _("Names, addresses and telephone numbers of the other side and of witnesses."),
            _("Whoever comes in your place: your signed authorisation and both identity documents."),
            _("Tell us if you need an interpreter, help with reading and writing, or a way without steps."),
        ],
    )


def how_to_ask(case: Case) -> Section:
    """Where the petitioner can ask: what the centre has told of itself, and the status page."""
    centre = case.centre
    return Section(
        _("How to ask"),
        [
            _("At the guide desk: %(address)s") % {"address": centre.address or centre.name},
            _("By telephone: %(phone)s") % {"phone": centre.phone} if centre.phone else "",
            _("Always tell the case number."),
            _("The code on this paper opens the page of this matter. It shows no personal data; keep it to yourself."),
        ],
    )


def _limit(limit: Deadline) -> str:
    words = {"name": limit.rule.name, "day": date_format(limit.last_day), "basis": limit.rule.basis}
    if limit.is_provisional:
        return _("%(name)s: until %(day)s (provisional, holidays not yet announced). Basis: %(basis)s.") % words
    return _("%(name)s: until %(day)s. Basis: %(basis)s.") % words


def _next_steps(case: Case) -> list[str]:
    steps = [_("The lead department gets in touch with you and handles the matter; the centre watches the limits.")]
    if case.lead_id is None:
        steps = [_("The centre decides which department leads and tells you.")]
    if case.category.is_mediable:
        steps.append(
            _(
                "Mediation is free of charge and voluntary: you may refuse it or stop it at any time, and it bars "
                "neither arbitration nor administrative ways nor the court (People's Mediation Law, articles 3, 4 "
                "and 23)."
            )
        )
    if case.kind == Kind.PETITION and case.petition_class == PetitionClass.APPEAL:
        steps.append(
            _(
                "Who does not agree with the written decision on a petition may ask for a review within 30 days of "
                "receiving it, and for a re-examination within 30 days of the review (Regulations on Petition Work, "
                "articles 35 and 36)."
            )
        )
    steps.append(
        _("When the matter has ended, somebody other than its handler asks you whether it stayed so and was done well.")
    )
    return steps


def _nature() -> Section:
    return Section(
        _("Nature (articles 2 and 7)"),
        [
            _(
                "In people's mediation a people's mediation committee, by persuasion and guidance, helps the parties "
                "to come to an agreement of their own free will and as equals, and so to settle a dispute among the "
                "people. The committee is a mass organisation set up by law; it neither judges nor punishes."
            )
        ],
        is_list=False,
    )


def _principles() -> Section:
    return Section(
        _("Principles (articles 3 and 4)"),
        [
            _("Mediation takes place of the parties' free will and as between equals."),
            _("It does not go against laws, regulations and the policies of the state."),
            _(
                "The rights of the parties are respected: mediation must not keep them from arbitration, "
                "administrative, judicial or other lawful ways."
            ),
            _("People's mediation is free of charge."),
        ],
    )


def _rights() -> Section:
    return Section(
        _("Your rights (article 23)"),
        [
            _("to choose a mediator or to accept the one proposed;"),
            _("to accept mediation, to refuse it, or to ask that it be ended;"),
            _("to ask that mediation be held in public or not in public;"),
            _("to say freely what you want and to agree of your own free will."),
        ],
    )


def _duties() -> Section:
    return Section(
        _("Your duties (article 24)"),
        [
            _("to tell the facts of the dispute truthfully;"),
            _("to keep order where mediation is held and to respect the mediator;"),
            _("to respect the other side's use of its rights."),
        ],
    )


def _fairness() -> Section:
    return Section(
        _("Fairness and confidentiality (article 15)"),
        [
            _(
                "A mediator must not favour a party, insult anybody, ask for or take money, goods or other benefits, "
                "or disclose your private affairs or business secrets."
            ),
            _(
                "A mediator who is close to a party or to the matter withdraws; you may ask for it (after article 15 "
                "of the provisions of the Supreme People's Court on invited mediation)."
            ),
        ],
    )


def _effect() -> Section:
    return Section(
        _("Effect of an agreement (articles 31 to 33)"),
        [
            _(
                "An agreement reached in people's mediation is legally binding; the parties perform it as agreed, and "
                "the committee sees to it that they do."
            ),
            _("Who disputes its performance or its content may bring the matter to the people's court."),
            _(
                "Within 30 days of the agreement taking effect both parties may together ask the people's court to "
                "confirm it. If a party does not perform a confirmed agreement, or not in full, the other may apply "
                "for enforcement. If the court finds it invalid, the parties may change it or make a new one by "
                "people's mediation, or go to court."
            ),
        ],
    )


def _failure() -> Section:
    return Section(
        _("Where mediation does not succeed (articles 17 and 26)"),
        [
            _("Where a party clearly refuses mediation, none takes place."),
            _(
                "Where no agreement is reached, mediation is ended and the mediator tells you which lawful ways are "
                "open: arbitration, administrative and judicial ones."
            ),
        ],
    )
