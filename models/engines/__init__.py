"""Tortoise's two database clients, mended where 1.1.9 loses connections, locks or writes."""
