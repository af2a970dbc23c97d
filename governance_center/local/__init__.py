"""The local form: embedded PostgreSQL and Valkey, and one process that runs everything.

Only ``make run``, tests and benchmarks come here. Production sets ``DATABASE_URL`` and ``REDIS_URL`` and
never imports this package.
"""
