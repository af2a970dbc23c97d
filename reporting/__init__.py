"""Measures, dashboards and exports: figures with one definition each, open down to their cases.

It reads everything and changes nothing.
"""
