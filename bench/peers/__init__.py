"""Rollcall beside other servers that answer the same question from the same database."""
