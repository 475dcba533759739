"""Which statements do nothing but read, so that asking twice does no harm."""

import re

KEYWORDS = {"AND", "AS", "BY", "CASE", "CAST", "DISTINCT", "ELSE", "EXISTS", "FROM", "IN", "JOIN", "LIKE", "NOT", "ON"}
KEYWORDS |= {"OR", "SELECT", "THEN", "VALUES", "WHEN", "WHERE"}
FUNCTIONS = {"ANY", "AVG", "COALESCE", "COUNT", "LENGTH", "LOWER", "MAX", "MIN", "SUM", "UPPER", "VARCHAR"}
BEFORE_A_BRACKET = re.compile(r'([\w".$]+)\s*\(')
NOT_ONLY_READING = re.compile(r"\b(FOR|INTO)\b|;|--|/\*|\s\.|\.\s", re.IGNORECASE)
"""Locks, new tables, further statements, and what may stand within a function's name or between it and its bracket."""


def only_reads(sql: str) -> bool:
    """Strict: not where it calls any function but those known here, or might do anything else."""
    if not sql.startswith("SELECT ") or NOT_ONLY_READING.search(sql):
        return False
    return {name.upper() for name in BEFORE_A_BRACKET.findall(sql)} <= KEYWORDS | FUNCTIONS
