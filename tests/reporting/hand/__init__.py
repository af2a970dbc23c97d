"""A small ledger whose figures were worked out by hand, and the proof that every way to a figure says the same."""
