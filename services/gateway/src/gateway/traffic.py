"""What the gateway counts about its connections, read by Prometheus."""

from collections import Counter
from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector


class Traffic(Collector):
    """Plain integers, for a Prometheus counter costs more than the delivery it counts."""

    def __init__(self) -> None:
        self.connections: Counter[str] = Counter()  # open sessions, by transport
        self.events_in = 0
        self.messages_out = 0
        self.closed: Counter[str] = Counter()  # sessions ended, by reason
        self.dropped: Counter[str] = Counter()  # messages never written, by why their session ended
        self.refused: Counter[str] = Counter()  # handshakes, connects and events refused, by reason

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


def _by_reason(name: str, documentation: str, counts: Counter[str]) -> Metric:
    family = CounterMetricFamily(name, documentation, labels=["reason"])
    for reason, count in sorted(counts.items()):
        family.add_metric([reason], count)
    return family
