"""The same questions to a thousand, a hundred thousand and a million users, on both engines."""
