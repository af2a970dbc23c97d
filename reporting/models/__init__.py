"""Facts and roll-ups of the figures; files that were made of what the other rooms hold, and who had them."""

from reporting.models.export import Export, ExportEntry, ExportPart
from reporting.models.fact import CaseFact, ChangedCase
from reporting.models.rollup import BacklogDay, DurationRollup, Rollup

__all__ = ("BacklogDay", "CaseFact", "ChangedCase", "DurationRollup", "Export", "ExportEntry", "ExportPart", "Rollup")
