"""What stands on the papers of the file beside their wording: facts, tables, texts and lines to sign on.

Every function speaks the language that is active; what it gives has the same shape in every language.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.models import CaseEvent, CaseParty, Channel, Gender
from governance_center.amounts import in_capitals
from governance_center.listing import yuan
from mediation import selectors
from mediation.file_facts import FileFacts
from mediation.models import (
    Agreement,
    Attendance,
    FollowUp,
    InvestigationRecord,
    Obligation,
    PowerOfAttorney,
    SeparateTalk,
    Session,
)
from mediation.services.clarity import only_lists

Rows = list[tuple[str, str]]
Part = CaseParty.Part
EMPTY = "—"


@dataclass(slots=True)
class Content:
    """``rows`` are labels with values, ``table`` has its heads in the first row, ``sections`` are headings with
    free text, ``signatures`` labels of lines to sign on. ``words`` fill the placeholders of the wording."""

    rows: Rows
    sections: Rows = field(default_factory=list)
    table: list[list[str]] = field(default_factory=list)
    signatures: Sequence[str] = ()
    has_seal: bool = False
    is_table_last: bool = False
    """the wording leads to the table, which then stands below it"""
    words: dict[str, str] = field(default_factory=dict)


def application(facts: FileFacts, about: Any) -> Content:
    """人民调解申请书."""
    case = facts.case
    return Content(
        [*_heads(facts)],
        sections=[(_("Facts of the dispute"), case.narrative or EMPTY), (_("What is asked for"), _asked(facts))],
        table=_parties(facts),
        signatures=[_("Applicant")] * max(1, len(facts.of_part(Part.APPLICANT))),
    )


def acceptance(facts: FileFacts, about: Any) -> Content:
    """人民调解受理登记表."""
    case = facts.case
    rows = [*_heads(facts), (_("Accepted on"), _day(case.accepted_at)), (_("Source of the matter"), _source(facts))]
    return Content(
        rows,
        sections=[(_("Facts of the dispute"), case.narrative or EMPTY)],
        table=_parties(facts),
        signatures=[_("Parties"), _("Registered by")],
        has_seal=True,
    )


def rights(facts: FileFacts, about: Any) -> Content:
    """人民调解权利义务告知书, with who was told when."""
    told = [
        [str(row.party), row.party.get_part_display(), row.told_on.isoformat(), row.get_how_display(), str(row.by)]
        for row in facts.notices
    ]
    head = [_("Name"), _("Part"), _("Told on"), _("Way of telling"), _("Told by")]
    return Content(
        _heads(facts, parties=True),
        table=[head, *told] if told else [],
        signatures=[*_each_party(facts), _("Mediator")],
    )


def power_of_attorney(facts: FileFacts, about: PowerOfAttorney) -> Content:
    """授权委托书."""
    rows = [
        (_("Case number"), facts.case.number),
        (_("Who is represented"), str(about.principal)),
        (_("Who represents"), about.attorney),
        (pgettext("representative", "As"), about.get_relation_display()),
        (_("Power"), about.get_scope_display()),
        (_("Given on"), date_format(about.given_on)),
    ]
    return Content(
        rows,
        sections=[(_("Special powers"), about.powers)] if about.powers else [],
        signatures=[_("Who is represented"), _("Who represents")],
        words={"principal": str(about.principal), "attorney": about.attorney},
    )


def investigation(facts: FileFacts, about: InvestigationRecord) -> Content:
    """人民调解调查记录."""
    rows = [
        *_heads(facts),
        (_("Time"), _span(about.asked_at, about.asked_at + dt.timedelta(minutes=about.minutes))),
        (_("Place"), about.place),
        (_("Who was asked"), about.asked),
        (_("What this person is to the matter"), about.asked_who),
        (_("Asked by"), about.asked_by),
        (_("Written down by"), about.recorder),
    ]
    return Content(
        rows,
        sections=[(_("Questions and answers"), about.text)],
        signatures=[_("Who was asked"), _("Asked by"), _("Written down by")],
        words={"asked": about.asked},
    )


def mediation(facts: FileFacts, about: Session) -> Content:
    """人民调解记录: the attendance and the minutes of a session."""
    came = list(about.attendances.all())
    rows = [
        *_heads(facts),
        (_("Time"), _span(about.period.lower, about.period.upper)),
        (_("Place"), about.where),
        (_("Mediator"), str(about.mediator)),
        (_("Result"), about.result),
    ]
    if talks := [f"{one.get_part_display()} {_hours(one)}" for one in about.talks.all()]:
        rows.append((_("Separate talks"), ", ".join(talks)))
    head = [_("Party"), _("Part"), _("Came or not")]
    table = [[str(one.party), one.party.get_part_display(), one.get_state_display()] for one in came]
    minutes = getattr(about, "minutes", None)
    present = [f"{one.party.get_part_display()} {one.party}" for one in came if one.state == Attendance.State.CAME]
    return Content(
        rows,
        table=[head, *table],
        sections=[(_("Course of the mediation"), minutes.text if minutes else EMPTY)],
        signatures=[*present, _("Mediator"), _("Written down by")],
    )


def agreement(facts: FileFacts, about: Agreement) -> Content:
    """The agreement as the Word form has it; its PDF is made by :mod:`mediation.agreement_paper`."""
    return Content(
        [(_("Number"), about.number or facts.case.number), *_agreement_rows(facts, about)],
        table=_parties(facts),
        sections=_agreement_texts(about),
        signatures=[f"{one.get_part_display()} {one}" for one in facts.parties] + [_("Mediator")],
        has_seal=True,
        words={"agreement_number": about.number or EMPTY},
    )


def oral_agreement(facts: FileFacts, about: Agreement) -> Content:
    """人民调解口头协议登记表 (人民调解法 arts. 28, 30)."""
    return Content(
        [(_("Number"), about.number or facts.case.number), *_agreement_rows(facts, about)],
        table=_parties(facts),
        sections=_agreement_texts(about),
        signatures=[_("Mediator"), _("Registered by")],
        has_seal=True,
        words={"agreement_number": about.number or EMPTY},
    )


def performance(facts: FileFacts, about: Any) -> Content:
    """What was performed of the agreements, when, and how that is known."""
    head = [_("Who performs"), _("What"), _("Amount"), _("Due on"), _("Performed on"), _("Proof")]
    table = [head]
    for duty in _duties(facts):
        for part in list(duty.instalments.all()) or [duty]:
            done = part.performed_on.isoformat() if part.performed_on else EMPTY
            proof = part.proof.text if part.proof else EMPTY
            amount = yuan(part.amount) if part.amount else EMPTY
            table.append([str(duty.debtor), duty.what, amount, part.due_on.isoformat(), done, proof])
    return Content(
        _heads(facts, parties=True), table=table, signatures=[_("Mediator")], has_seal=True, is_table_last=True
    )


def follow_up(facts: FileFacts, about: FollowUp) -> Content:
    """人民调解回访记录."""
    number = next((row.number for row in reversed(facts.agreements) if row.number), "")
    satisfied = about.get_satisfaction_display() if about.satisfaction else EMPTY
    other = about.assignee if about.done_by_id == about.companion_id else about.companion
    kind = [(_("Kind of visit"), about.get_origin_display())] if about.is_second else []
    rows = [
        *_heads(facts, parties=True),
        (_("Number of the agreement"), number or EMPTY),
        (_("Follow-up on"), _moment(about.done_at)),
        (_("Day after the solution"), str(about.day)),
        *kind,
        (_("Way of visiting"), about.get_channel_display()),
        (_("Who was spoken to"), str(about.spoken_to or EMPTY)),
        (_("How it stands"), about.get_outcome_display()),
        (_("Satisfaction"), satisfied),
        (_("Signs of escalation"), _codes("sign", about.signs)),
        (_("Help needed"), _codes("help", about.helps)),
        (_("Next step"), about.get_next_step_display() or EMPTY),
        (_("Visitor"), str(about.done_by or EMPTY)),
        *([(_("Together with"), str(other))] if other else []),
    ]
    return Content(
        rows,
        sections=[(_("Note"), about.note.text if about.note else EMPTY)],
        signatures=[_("Who was spoken to"), _("Visitor")],
        words={"agreement_number": number or EMPTY},
    )


def ending(facts: FileFacts, about: CaseEvent) -> Content:
    """人民调解终止告知书 (人民调解法 art. 26): why the mediation ended, and the ways open to the parties."""
    way, ended_on = facts.case.get_outcome_display(), _day(about.at)
    rows = [
        *_heads(facts, parties=True),
        (_("Mediator"), str(facts.mediator or EMPTY)),
        (_("Accepted on"), _day(facts.case.accepted_at)),
        (_("Mediation ended on"), ended_on),
    ]
    return Content(
        rows,
        sections=[(_("Why no agreement was reached"), facts.ended_why or EMPTY)],
        signatures=[*_each_party(facts), _("Mediator")],
        has_seal=True,
        words={"ended_on": ended_on, "way": way},
    )


def elsewhere(facts: FileFacts, about: Any) -> Content:
    """Of a paper that another module sets as a whole."""
    return Content([])


def closing(facts: FileFacts, about: Any) -> Content:
    """结案报告."""
    case = facts.case
    rows = [
        *_heads(facts, parties=True),
        (_("Source of the matter"), _source(facts)),
        (_("Mediator"), str(facts.mediator or EMPTY)),
        (_("Accepted on"), _day(case.accepted_at)),
        (_("Solved on"), _day(case.resolved_at)),
        (_("Closed on"), _day(case.closed_at)),
        (_("Outcome"), case.get_outcome_display() or EMPTY),
        (_("Sessions"), str(len(facts.sessions))),
        (_("Follow-up visits"), str(len(facts.follow_ups))),
    ]
    sections = [(_("Facts of the dispute"), case.narrative or EMPTY)]
    sections += [(_("What was agreed"), row.terms) for row in facts.agreements]
    sections += [(_("Performance"), _performed(facts))]
    return Content(rows, sections=sections, signatures=[_("Mediator"), _("Head of the committee")], has_seal=True)


def common_words(facts: FileFacts) -> dict[str, str]:
    """The placeholders that every wording may use."""
    case = facts.case
    return {
        "case_number": case.number,
        "title": case.title,
        "category": case.category.name,
        "committee": facts.committee,
        "centre": case.centre.name,
        "applicants": facts.names(Part.APPLICANT) or EMPTY,
        "respondents": facts.names(Part.RESPONDENT) or EMPTY,
        "mediator": str(facts.mediator or EMPTY),
        "accepted_on": _day(case.accepted_at),
    }


def _heads(facts: FileFacts, *, parties: bool = False) -> Rows:
    case = facts.case
    rows = [(_("Case number"), case.number), (_("Category"), case.category.name), (_("Summary"), case.title)]
    if parties:
        rows.append((_("Applicant"), facts.names(Part.APPLICANT) or EMPTY))
        rows.append((_("Other party"), facts.names(Part.RESPONDENT, Part.THIRD) or EMPTY))
    return rows


def _each_party(facts: FileFacts) -> list[str]:
    """A line to sign on for each party, and one for each side that has nobody on file."""
    names = [f"{one.get_part_display()} {one}" for one in facts.of_part(Part.APPLICANT)] or [_("Applicant")]
    others = [f"{one.get_part_display()} {one}" for one in facts.of_part(Part.RESPONDENT, Part.THIRD)]
    return [*names, *(others or [_("Other party")])]


def _parties(facts: FileFacts) -> list[list[str]]:
    """Who they are; numbers and phones are masked, as on every paper of the house."""
    head = [_("Part"), _("Name"), _("Gender"), _("Born on"), _("Identity number"), _("Phone"), _("Address")]
    return [head, *[_party(one) for one in facts.parties]]


def _party(one: CaseParty) -> list[str]:
    part, person = one.get_part_display(), one.person
    if person is None:
        return [part, one.organisation, EMPTY, EMPTY, EMPTY, EMPTY, EMPTY]
    born = person.birth_date.isoformat() if person.birth_date else EMPTY
    home = person.address or (person.division.name if person.division else EMPTY)
    known = [person.masked_identity_number or EMPTY, person.masked_phone or EMPTY]
    gender = person.get_gender_display() if person.gender in {Gender.MALE, Gender.FEMALE} else EMPTY
    return [part, str(person), gender, born, *known, home]


def _agreement_rows(facts: FileFacts, about: Agreement) -> Rows:
    last = date_format(about.perform_by) if about.perform_by else EMPTY
    return [
        *_heads(facts),
        (_("Reached on"), date_format(about.reached_on)),
        (_("To be performed by"), last),
        (_("Mediator"), str(about.mediator or EMPTY)),
    ]


def _agreement_texts(about: Agreement) -> Rows:
    texts = [
        (_("Facts, issues and responsibilities"), about.responsibilities),
        (_("What was agreed"), "" if only_lists(about) else about.terms),
        (_("Obligations"), "\n".join(_duty(place, duty) for place, duty in enumerate(about.obligations.all(), 1))),
        (_("What if it is not performed"), about.if_not),
    ]
    return [(heading, text) for heading, text in texts if text.strip()]


def _duty(place: int, duty: Obligation) -> str:
    """One line; an amount stands in capitals too."""
    amount = f"{yuan(duty.amount)}（{in_capitals(duty.amount)}）" if duty.amount else ""
    said = [str(duty.debtor), duty.what, amount, duty.how, date_format(duty.due_on)]
    return f"{place}. " + " · ".join(word for word in said if word)


def _codes(table: str, codes: Sequence[str]) -> str:
    """The words of a list of visits for these codes."""
    names = selectors.code_names() if codes else {}
    return "、".join(names.get((table, code), code) for code in codes) or EMPTY


def _duties(facts: FileFacts) -> list[Obligation]:
    return [duty for row in facts.agreements for duty in row.obligations.all()]


def _performed(facts: FileFacts) -> str:
    duties = _duties(facts)
    if duties:
        done = sum(duty.performed_on is not None for duty in duties)
        return _("%(done)s of %(all)s obligations are performed.") % {"done": done, "all": len(duties)}
    if facts.follow_ups:
        return str(facts.follow_ups[-1].get_outcome_display())
    return EMPTY


def _asked(facts: FileFacts) -> str:
    amount = facts.case.amount
    asked = _("Mediation of the dispute named above.")
    return f"{asked}\n{yuan(amount)}（{in_capitals(amount)}）" if amount else asked


def _source(facts: FileFacts) -> str:
    """On application of a party, or on the committee's own part (受理登记表)."""
    channel = facts.case.channel
    own = channel in {Channel.OUTREACH, Channel.MOBILE_DESK}
    transferred = channel in {Channel.POLICE, Channel.TRANSFER, Channel.HAND_DOWN, Channel.HAND_UP}
    kind = _("committee's own motion") if own else _("transferred") if transferred else _("application of a party")
    return f"{kind} · {facts.case.get_channel_display()}"


def _day(moment: Any) -> str:
    return date_format(timezone.localdate(moment)) if moment else EMPTY


def _moment(moment: Any) -> str:
    return f"{date_format(timezone.localdate(moment))} {timezone.localtime(moment):%H:%M}" if moment else EMPTY


def _hours(talk: SeparateTalk) -> str:
    """From when to when a separate talk was held."""
    since, until = (timezone.localtime(at) for at in (talk.period.lower, talk.period.upper))
    return f"{since:%H:%M}–{until:%H:%M}"


def _span(start: Any, end: Any) -> str:
    return f"{_moment(start)}–{timezone.localtime(end):%H:%M}"
