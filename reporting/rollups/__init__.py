"""Counts that are kept up to date, and the way to read them so that they equal a recount at every moment."""
