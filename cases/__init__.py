"""People, cases, parties, categories, limits, routing, the workflow and the ledger.

This is the heart: what a case is, where it goes, who must do what by when, and the record of all that
happened. Queues, sessions, agreements and figures stay on the floors above and never enter here.
"""
