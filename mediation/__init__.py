"""Committees, mediators, agreements, follow-up visits and their reminders.

What brings a dispute to its end and keeps it there. The state of a case is never changed here directly:
that goes through ``cases.services``.
"""
