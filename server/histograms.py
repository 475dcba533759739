"""Times that are told many at once."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

from prometheus_client import Histogram


class BatchHistogram(Histogram):
    """prometheus-client takes two microseconds for each observation where workers share a folder."""

    def observe_all(self, amounts: Sequence[float]) -> None:
        """What `observe` does with each of them."""
        for bucket, how_many in Counter(bisect_left(self._upper_bounds, amount) for amount in amounts).items():
            self._buckets[bucket].inc(how_many)
        self._sum.inc(sum(amounts))
