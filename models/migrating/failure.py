"""The one error of migrating."""


class MigrationError(Exception):
    """The database could not be migrated, or not be opened; the text is a sentence for the person who started it."""
