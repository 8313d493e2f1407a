"""What the gateway counts about its connections, read by Prometheus."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

DELAYS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Traffic(Collector):
    """Plain integers, for a Prometheus counter costs more than the delivery it counts."""

    def __init__(self) -> None:
        self.connections: Counter[str] = Counter()  # open sessions, by transport
        self.events_in = 0
        self.messages_out = 0
        self.closed: Counter[str] = Counter()  # sessions ended, by reason
        self.dropped: Counter[str] = Counter()  # messages never written, by why their session ended
        self.refused: Counter[str] = Counter()  # handshakes, connects and events refused, by reason
        self.resumes: Counter[str] = Counter()  # clients that came back, by how they caught up
        self._delays = [0] * (len(DELAYS) + 1)
        self._delays_sum = 0.0
        self.queues: Callable[[], tuple[int, int]] = lambda: (0, 0)  # messages waiting for sockets: all, and the most

    def delivered(self, seconds: float, sockets: int) -> None:
        """A message was handed to so many sockets, so long after it was stored."""
        self._delays[bisect_left(DELAYS, seconds)] += sockets
        self._delays_sum += seconds * sockets

    def collect(self) -> Iterator[Metric]:
        connections = GaugeMetricFamily("nexus_gateway_connections", "Open sessions.", labels=["transport"])
        for transport in ("polling", "websocket"):
            connections.add_metric([transport], self.connections[transport])
        yield connections
        yield CounterMetricFamily("nexus_gateway_events_in", "Events from clients.", self.events_in)
        yield CounterMetricFamily("nexus_gateway_messages_out", "Packets written to sockets.", self.messages_out)
        yield _by_reason("nexus_gateway_closed", "Sessions ended.", self.closed)
        yield _by_reason("nexus_gateway_dropped", "Messages that were never written.", self.dropped)
        yield _by_reason("nexus_gateway_refused", "Handshakes, connects and events refused.", self.refused)
        yield _by_reason(
            "nexus_gateway_resumes", "Clients that came back, by how they caught up.", self.resumes, "kind"
        )
        yield self._delivery()
        waiting, most = self.queues()
        yield GaugeMetricFamily("nexus_gateway_queued_messages", "Messages that wait for their sockets.", waiting)
        yield GaugeMetricFamily("nexus_gateway_queued_messages_most", "Messages that wait for one socket.", most)

    def _delivery(self) -> Metric:
        totals = list(accumulate(self._delays))
        buckets = [(str(bound), float(total)) for bound, total in zip((*DELAYS, "+Inf"), totals, strict=True)]
        return HistogramMetricFamily(
            "nexus_gateway_delivery_seconds", "From a message's storing until it is handed to a socket.",
            buckets=buckets, sum_value=self._delays_sum,
        )  # fmt: skip


def _by_reason(name: str, documentation: str, counts: Counter[str], label: str = "reason") -> Metric:
    family = CounterMetricFamily(name, documentation, labels=[label])
    for reason, count in sorted(counts.items()):
        family.add_metric([reason], count)
    return family
