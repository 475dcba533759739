"""Operations compiled once: a query becomes a function that makes its answer, without walking the document again.

Strawberry's schema stays the one source: the functions call the same resolvers that graphql-core would call. Whatever
is odd at run time raises, and the query is executed again by graphql-core, which knows how to say what is wrong.
"""
