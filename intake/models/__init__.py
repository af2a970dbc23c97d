from intake.models.importing import ImportJob, Origin
from intake.models.outreach import Campaign, Household, OutreachGroup, OutreachVisit
from intake.models.queue import LETTERS, Desk, Hall, Period, Ticket, TicketSeries
from intake.models.visit import GROUP_SIZE, Purpose, Source, Visit

__all__ = (
    "GROUP_SIZE",
    "LETTERS",
    "Campaign",
    "Desk",
    "Hall",
    "Household",
    "ImportJob",
    "Origin",
    "OutreachGroup",
    "OutreachVisit",
    "Period",
    "Purpose",
    "Source",
    "Ticket",
    "TicketSeries",
    "Visit",
)
