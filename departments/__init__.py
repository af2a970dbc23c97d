"""Divisions, centres, windows, departments and how they are stationed at a centre, day by day.

Stationing is dated data per centre, never a fixed list. Nothing about a case enters here.
"""
