"""What happens when people do things at the same moment: PostgreSQL, real connections, many rounds."""
