"""Tortoise's migrations, made safe: one transaction each, nothing lost on SQLite, one migrating process at a time."""
