"""The process around the schema: settings, HTTP, logs, the command line."""
