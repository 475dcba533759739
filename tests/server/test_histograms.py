"""Times told at once are told as one by one."""

from prometheus_client import CollectorRegistry, Histogram

from server.histograms import BatchHistogram

BUCKETS = (0.01, 0.1, 1.0)
TIMES = [0.0, 0.009, 0.01, 0.010001, 0.1, 0.5, 0.5, 1.0, 3.0]


def samples(registry: CollectorRegistry) -> dict[tuple[str, str | None], float]:
    """Of all but the moment at which a metric was made."""
    found = [sample for metric in registry.collect() for sample in metric.samples]
    return {(one.name, one.labels.get("le")): one.value for one in found if not one.name.endswith("_created")}


def test_many_at_once_fall_into_the_same_buckets_as_one_by_one() -> None:
    at_once, one_by_one = CollectorRegistry(), CollectorRegistry()
    BatchHistogram("took", "Seconds.", ["of"], registry=at_once, buckets=BUCKETS).labels("it").observe_all(TIMES)
    histogram = Histogram("took", "Seconds.", ["of"], registry=one_by_one, buckets=BUCKETS)
    for seconds in TIMES:
        histogram.labels("it").observe(seconds)
    assert samples(at_once) == samples(one_by_one)
