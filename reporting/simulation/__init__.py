"""The demo prefecture: invented people with lives of cases that obey the same workflow table as real ones.

It stands on the top floor because it needs every room. It refuses a database that holds cases.
"""
