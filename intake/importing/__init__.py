"""Taking over old registers: a file of rows becomes cases that were lived by the one workflow table.

:mod:`columns` says what a file may hold, :mod:`reading` streams it, :mod:`rows` checks a row, :mod:`lives` lives its
case, :mod:`writing` writes chunks of them by COPY, :mod:`running` does all of it in order. Jobs, permissions and
notifications are in :mod:`intake.services.imports`.
"""
