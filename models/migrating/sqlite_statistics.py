"""What SQLite's planner is told of our tables: what was counted on a platform of a million users.

Without figures it takes any condition for rare, and sorts a whole platform to show a page. With figures counted while
the file was small it does so as well, for connections read them once. So they are given, and plans are the same in
every file, whatever its size (sqlite.org/optoverview.html, "Manual Control Of Query Plans Using SQLITE_STAT Tables").
"""

from tortoise.backends.base.client import BaseDBAsyncClient

FIGURES = {
    "users": {
        "users_by_name": "1000000 500000 5700 660 1",
        "users_by_email": "1000000 500000 1 1",
        "users_by_creation": "1000000 500000 1 1",
        "users_by_last_login": "1000000 500000 2 1",
        "users_counted": "1000000 500000 13 2 2 2 2 2 2",
        "users_of_role": "1000000 200000 200000",
        "users_by_lock": "1000000 11000",
    },
    "search_words": {"words_by_prefix": "6000000 3000000 60 1"},
    "invitations": {"invitations_by_inviter": "130000 65000", "invitations_by_mail": "130000 1"},
    "mails": {"mails_by_due": "130000 65000 1", "mails_by_user": "130000 1 1 1"},
    "audit_events": {
        "events_by_time": "1000000 500000 1 1",
        "events_by_actor": "1000000 10000 1 1",
        "events_by_target": "1000000 10 1 1",
    },
    "sessions": {"sessions_by_user": "10000 2 1 1"},
}
"""For each index: its rows, and how many of them have one value of its first column, of its first two, and so on."""


async def tell_planner(database: BaseDBAsyncClient) -> None:
    """In place of whatever figures there are, in the caller's transaction."""
    await database.execute_query("ANALYZE sqlite_schema")  # makes the table where it is missing; a script would commit
    await database.execute_query("DELETE FROM sqlite_stat1")
    rows = [[table, index, figures] for table, indexes in FIGURES.items() for index, figures in indexes.items()]
    await database.execute_many("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)", rows)
