"""The rules of several rows: one verb, one function. Knows no GraphQL, no HTTP and no environment."""
