from reporting.models.fact import CaseFact, ChangedCase
from reporting.models.rollup import BacklogDay, DurationRollup, Rollup

__all__ = ("BacklogDay", "CaseFact", "ChangedCase", "DurationRollup", "Rollup")
