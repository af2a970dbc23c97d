"""Setting a long mediation agreement in both languages as PDF: milliseconds after the first one, against the target.

The agreement is a real one in the database, with as many obligations in instalments as make five pages or more.
"""

from __future__ import annotations

import datetime as dt
import io
import statistics
import time
from decimal import Decimal

from benchmarks import register
from benchmarks.run import Row

DUTIES, PAGES, ROUNDS, MOST = 14, 5, 9, 300.0
SITE = "https://centre.example/"


def run() -> list[Row]:
    """The median of a few settings after a warm-up."""
    from pypdf import PdfReader

    from mediation import agreement_paper

    register._prepare()
    agreement = _agreement()
    pages = len(PdfReader(io.BytesIO(agreement_paper.make(agreement, language="both", site=SITE))).pages)
    assert pages >= PAGES, f"only {pages} pages"
    times = []
    for _round in range(ROUNDS):
        start = time.perf_counter()
        agreement_paper.make(agreement, language="both", site=SITE)
        times.append((time.perf_counter() - start) * 1000)
    took = statistics.median(times)
    return [
        Row(
            "papers", f"an agreement of {pages} pages in both languages as PDF", took, "ms", MOST, took / MOST, "≤ 1",
            took <= MOST,
        )
    ]  # fmt: skip


def _agreement():  # type: ignore[no-untyped-def]
    from accounts.models import User
    from cases.models import Category, Person
    from cases.services import CaseInput, PartyInput, open_case
    from departments.models import Centre, Division
    from mediation import selectors
    from mediation.services import assign_mediator, reach_agreement

    clerk, mediator = (User.objects.get(username=f"{name}.longjing") for name in ("clerk", "mediator"))
    data = CaseInput(
        kind="dispute", category=Category.objects.get(pk="neighbour"), division=Division.objects.get(pk="222405005004"),
        title="邻里排水纠纷", narrative="雨水流入院内",
    )  # fmt: skip
    names = (("applicant", "朴英子", "박영자"), ("respondent", "李顺姬", "리순희"))
    parties = [
        PartyInput(part=part, person=Person.objects.create(name=name, name_hangul=hangul))
        for part, name, hangul in names
    ]
    case = open_case(centre=Centre.objects.get(pk="222405"), data=data, parties=parties, by=clerk, accept=True)
    assign_mediator(case=case, mediator=mediator.mediator, by=User.objects.get(username="dispatcher.longjing"))
    case.refresh_from_db()
    reach_agreement(
        case=case, by=mediator, form="written", terms="", obligations=_terms(case), if_not="可以向人民法院起诉。",
        responsibilities="被申请人施工堵塞排水沟，雨水流入申请人院内，院墙受损，被申请人承担主要责任。" * 6,
    )  # fmt: skip
    return selectors.agreements_of(case).select_related("case__category", "case__centre").get()


def _terms(case):  # type: ignore[no-untyped-def]
    from mediation.instalments import split_instalments
    from mediation.services import Term

    applicant, respondent = case.parties.order_by("pk")
    first = dt.date.today() + dt.timedelta(days=10)
    return [
        Term(
            debtor=respondent, creditor=applicant, kind="pay", what=f"第{number}项修缮费", how="银行转账",
            amount=Decimal(6000 + number),
            instalments=split_instalments(Decimal(6000 + number), count=6, first_on=first),
        )
        for number in range(1, DUTIES + 1)
    ]  # fmt: skip
