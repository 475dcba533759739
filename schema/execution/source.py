"""The text of a document. graphql-core counts its lines from the beginning for every error; here they are known."""

from bisect import bisect_right

from graphql import Source
from graphql.language.location import SourceLocation, _re_newline


class IndexedSource(Source):
    """Where its lines begin is found out once, when the first error asks."""

    _starts: list[int] | None = None

    def get_location(self, position: int) -> SourceLocation:
        if self._starts is None:
            self._starts = [0, *(match.end() for match in _re_newline.finditer(self.body))]
        line = bisect_right(self._starts, position)
        return SourceLocation(line, position - self._starts[line - 1] + 1)
