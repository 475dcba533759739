"""The database cannot be asked just now: no connection within the time, a statement out of time, a server gone."""


class DatabaseUnavailable(Exception):
    """Nothing is wrong with the question; asking again in a moment may succeed."""


class DatabaseConflict(DatabaseUnavailable):
    """All of the transaction was undone, because another one was in its way: it may be done again as a whole.

    `given_up`: it was, often enough.
    """

    given_up = False
