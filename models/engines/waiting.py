"""How long anybody waits for a database before it counts as unavailable."""

WAIT_SECONDS = 2.0
"""For a connection, which on SQLite is the one that writes; on PostgreSQL also for BEGIN, for a rollback, and for
those in use when all is closed."""
