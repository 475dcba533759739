"""The database cannot be asked just now: no connection within the time, a statement out of time, a server gone."""


class DatabaseUnavailable(Exception):
    """Nothing is wrong with the question; asking again in a moment may succeed."""
