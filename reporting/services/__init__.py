"""What changes state in this room: warnings are opened, closed, taken note of and judged."""

from reporting.services.watching import acknowledge, judge, look, watch

__all__ = ("acknowledge", "judge", "look", "watch")
