"""Smaller measurements of Rollcall: signing in, adding, workers, and documents that nobody has sent before."""
