from reporting.models.alert import Alert, Attention, AttentionQuerySet, WatchRun
from reporting.models.repeat import Repeat

__all__ = ("Alert", "Attention", "AttentionQuerySet", "Repeat", "WatchRun")
