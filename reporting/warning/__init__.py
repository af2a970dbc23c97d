"""Early warning: where more cases come in than a place's own history lets expect, and what comes back again and again.

Here stands the arithmetic alone: numbers and days in, findings out. It knows neither the database nor pages, so that
the benchmark back-tests the very functions that run at night.
"""
