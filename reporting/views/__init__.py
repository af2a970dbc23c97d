from reporting.views.dashboard import dashboard, dashboard_table
from reporting.views.desk import attendance, bounces, waiting

__all__ = ("attendance", "bounces", "dashboard", "dashboard_table", "waiting")
