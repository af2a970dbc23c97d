"""Facts and roll-ups of the figures, warnings, briefings, and files that were made of what the other rooms hold."""

from reporting.models.alert import Alert, Attention, AttentionQuerySet, WatchRun
from reporting.models.briefing import Briefing, BriefingPaper, PublishedFigures
from reporting.models.deed import Deed
from reporting.models.desk import ChangedDesk, DeskDay
from reporting.models.export import Export, ExportEntry, ExportPart
from reporting.models.fact import CaseFact, ChangedCase
from reporting.models.repeat import Repeat
from reporting.models.rollup import BacklogDay, DurationRollup, Rollup
from reporting.models.wall import Wall

__all__ = (
    "Alert",
    "Attention",
    "AttentionQuerySet",
    "BacklogDay",
    "Briefing",
    "BriefingPaper",
    "CaseFact",
    "ChangedCase",
    "ChangedDesk",
    "Deed",
    "DeskDay",
    "DurationRollup",
    "Export",
    "ExportEntry",
    "ExportPart",
    "PublishedFigures",
    "Repeat",
    "Rollup",
    "Wall",
    "WatchRun",
)
