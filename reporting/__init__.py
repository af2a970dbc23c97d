"""Measures, dashboards and exports: figures with one definition each, open down to their cases.

It reads everything and changes nothing of the other rooms; of its own it keeps the files that were made of them, and
the log of who had them.
"""
