"""Forms of the desk: they check shape; whether something may happen is the services' to say."""
