from departments.models.centre import Centre, Department, Window, Zone
from departments.models.division import CODE_LENGTHS, Division, DivisionQuerySet, LocalHoliday
from departments.models.reference import ReferenceRow
from departments.models.rota import CalendarFeed, Half, RotaAbsence, RotaPlan, RotaWish, Shift
from departments.models.station import Mode, Station

__all__ = (
    "CODE_LENGTHS",
    "CalendarFeed",
    "Centre",
    "Department",
    "Division",
    "DivisionQuerySet",
    "Half",
    "LocalHoliday",
    "Mode",
    "ReferenceRow",
    "RotaAbsence",
    "RotaPlan",
    "RotaWish",
    "Shift",
    "Station",
    "Window",
    "Zone",
)
