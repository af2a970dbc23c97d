from reporting.models.briefing import Briefing, BriefingPaper, PublishedFigures
from reporting.models.fact import CaseFact, ChangedCase
from reporting.models.rollup import BacklogDay, DurationRollup, Rollup

__all__ = (
    "BacklogDay",
    "Briefing",
    "BriefingPaper",
    "CaseFact",
    "ChangedCase",
    "DurationRollup",
    "PublishedFigures",
    "Rollup",
)
