"""The tables, and the rules of one row. `models.tables` lists every table for Tortoise."""
