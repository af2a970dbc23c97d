"""Briefings and frozen months: figures are gathered once as data, and everything that is said is made from that data.

Nothing here computes a figure: it comes from :mod:`reporting.selectors` and :mod:`reporting.measures`.
"""
