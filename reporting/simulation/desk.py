"""A simulated case at the desk: who comes, with what, and who the other side is."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from cases import deadlines
from cases.levels import level_of
from cases.models import (
    Case,
    CaseParty,
    Category,
    EventKind,
    FamilyLink,
    Kind,
    Person,
)
from cases.services.opening import registered_facts
from cases.services.people import key_rows
from cases.states import State
from departments.models import Division
from intake.models import Purpose, Visit
from reporting.simulation import names, texts
from reporting.simulation.telling import Telling

ORGANISED = {"wage_arrears", "labour", "social_insurance", "contract", "property_management", "consumer", "medical"}
RELATIONS = (FamilyLink.Relation.SPOUSE, FamilyLink.Relation.PARENT)
"""What the second and the third of a household are to the first."""


class AtTheDesk(Telling):
    """Registration."""

    def _open(self) -> None:
        world, rng, spec, at = self.world, self.rng, self.spec, self.spec.registered_at
        category = world.categories[spec.category]
        self.petitioner = self._petitioner()
        place = self.petitioner.division
        language = self.petitioner.language
        title, story = texts.STORIES[category.pk][0 if language == "zh-hans" else 1]
        petition_class = ""
        if category.kind == Kind.PETITION:
            petition_class = rng.choices(["suggestion", "accusation", "appeal"], [3, 1, 6])[0]
        self.clerk = world.clerks[spec.county]
        self.case = self.rows.add(
            Case(
                number=spec.number, centre=world.centres[spec.county], division=place, kind=category.kind,
                place_detail=spec.address,
                petition_class=petition_class, category=category,
                channel=spec.channel
                or rng.choices(["walk_in", "hotline", "outreach", "police", "online"], [70, 12, 8, 6, 4])[0],
                title=title, narrative=story, narrative_language=language,
                wants_mediation=rng.random() < 0.8 if category.is_mediable else None,
                is_restricted=petition_class == "accusation",
                registered_at=at, registered_by=self.clerk, state_since=at, state=State.REGISTERED,
                held_level=level_of(spec.county),
            )
        )  # fmt: skip
        self._parties(category, place)
        self._write(EventKind.REGISTERED, self.clerk, registered_facts(self.case), at)
        if category.kind == Kind.PETITION:
            self._limit(deadlines.PETITION_ROUTE, at)
        self.rows.add(
            Visit(
                centre_id=spec.county, at=at, channel=self.case.channel, clerk=self.clerk, person=self.petitioner,
                language=language, case_id=self.case.pk, submission_key=UUID(int=rng.getrandbits(128), version=4),
                outcome=Visit.Outcome.NOT_ACCEPTED if spec.ending == "refused" else Visit.Outcome.NEW_CASE,
            )
        )  # fmt: skip

    def _come_again(self, at: dt.datetime) -> None:
        """The petitioner asks at the desk how the matter stands."""
        visit = self.rows.add(
            Visit(
                centre_id=self.spec.county, at=at, channel="walk_in", clerk=self.clerk, person=self.petitioner,
                language=self.petitioner.language, case_id=self.case.pk, purpose=Purpose.RETURN,
                submission_key=UUID(int=self.rng.getrandbits(128), version=4), outcome=Visit.Outcome.ATTACHED,
            )
        )  # fmt: skip
        self._write(EventKind.VISITED, self.clerk, {"visit": visit.pk, "channel": visit.channel}, at)

    def _petitioner(self) -> Person:
        """Who comes: somebody new, or a member of a household, maybe one that was here before."""
        spec = self.spec
        if not spec.household:
            return self._person(spec.county, self._home())
        known = self.memory.households.setdefault(spec.household, [])
        if spec.member < len(known):
            return known[spec.member]
        if known:
            known.append(self._relative(known[0], RELATIONS[len(known) - 1]))
        else:
            place, number = self._home(), spec.household
            known.append(self._person(spec.county, place, f"{place.name_zh_hans}{number}号楼1单元{101 + number}"))
        return known[-1]

    def _home(self) -> Division:
        return self.rng.choice(
            [one for one in self.world.places[self.spec.county] if one.pk.startswith(self.spec.place)]
        )

    def _relative(self, head: Person, relation: str) -> Person:
        """Somebody who lives with ``head``, as the desk noted down."""
        relative = self._person(self.spec.county, head.division, head.address)
        noted = {"noted_by": self.world.clerks[self.spec.county], "noted_at": self.spec.registered_at}
        self.rows.add(FamilyLink(person=head, relative=relative, relation=relation, **noted))
        return relative

    def _person(self, county: str, place: Division, address: str = "") -> Person:
        from reporting.simulation.world import COUNTIES

        rng = self.rng
        is_korean = rng.random() < COUNTIES[county][1]
        name, hangul = names.korean_name(rng) if is_korean else (names.chinese_name(rng), "")
        if is_korean and rng.random() < 0.15:
            name = ""
        self.serial_used = self.serial
        number, born = names.identity_number(rng, county, self.serial)
        person = Person(
            name=name, name_hangul=hangul, birth_date=born, gender="1" if int(number[16]) % 2 else "2",
            language="ko" if is_korean and rng.random() < 0.7 else "zh-hans", division=place, address=address,
            created_at=self.spec.registered_at,
        )  # fmt: skip
        person.set_identity_number(number)
        person.set_phone(names.phone(rng))
        return self._on_file(person)

    def _on_file(self, person: Person) -> Person:
        """Add a person, known in this county, with what is typed to find them."""
        person.counties = [self.spec.county]
        self.rows.add(person)
        for key in key_rows(person):
            self.rows.add(key)
        return person

    def _parties(self, category: Category, place: Division) -> None:
        part = CaseParty.Part
        self.rows.add(CaseParty(case_id=self.case.pk, person=self.petitioner, part=part.APPLICANT))
        if category.kind in {Kind.SERVICE, Kind.CONSULTATION, Kind.HAZARD, Kind.PETITION}:
            return
        if category.pk in ORGANISED:
            county = self.world.centres[self.spec.county].name_zh_hans.removesuffix("综治中心")
            name = names.company(self.rng, county)
            self.has_organisation = True
            self.rows.add(CaseParty(case_id=self.case.pk, organisation=name, part=part.RESPONDENT))
            return
        other = Person(name=names.chinese_name(self.rng), language="zh-hans", division=place,
                       created_at=self.spec.registered_at)  # fmt: skip
        other.set_phone(names.phone(self.rng))
        self.rows.add(CaseParty(case_id=self.case.pk, person=self._on_file(other), part=part.RESPONDENT))
