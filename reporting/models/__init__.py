from reporting.models.fact import CaseFact, ChangedCase
from reporting.models.rollup import BacklogDay, DurationRollup, Rollup
from reporting.models.wall import Wall

__all__ = ("BacklogDay", "CaseFact", "ChangedCase", "DurationRollup", "Rollup", "Wall")
