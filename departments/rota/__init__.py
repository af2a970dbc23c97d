"""Planning which rotating department sits at which window: pure functions, no database."""
