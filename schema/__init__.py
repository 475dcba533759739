"""GraphQL and nothing else: decode, call a service, wrap."""
