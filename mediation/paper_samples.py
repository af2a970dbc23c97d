"""Invented facts with which a wording or a Word form is looked at before it is used."""

from __future__ import annotations

from django.utils.translation import gettext as _

from mediation.paper_content import Content


def sample_words() -> dict[str, str]:
    """A value for every placeholder that any paper knows."""
    return {
        "case_number": "222405-2026-000000",
        "title": _("Water damage in a dwelling (sample)"),
        "category": _("Dispute between neighbours"),
        "committee": _("People's mediation committee (sample)"),
        "centre": _("Governance centre (sample)"),
        "applicants": "张甲某",
        "respondents": "李乙某",
        "mediator": "王丙某",
        "accepted_on": "2026-01-05",
        "principal": "张甲某",
        "attorney": "赵丁某",
        "asked": "孙戊某",
        "agreement_number": "（2026）示例人调字第1号",
        "ended_on": "2026-02-03",
        "way": _("guided to court"),
    }


def sample_content() -> Content:
    """Rows, a table, a text and lines to sign on, as papers have them."""
    words = sample_words()
    return Content(
        [
            (_("Case number"), words["case_number"]),
            (_("Category"), words["category"]),
            (_("Applicant"), words["applicants"]),
            (_("Other party"), words["respondents"]),
        ],
        table=[[_("Part"), _("Name")], [_("Applicant"), words["applicants"]], [_("Other party"), words["respondents"]]],
        sections=[(_("Course of the mediation"), _("Here stands what was written down of the case."))],
        signatures=[_("Applicant"), _("Mediator")],
        has_seal=True,
        words=words,
    )
