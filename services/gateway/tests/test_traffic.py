"""The counts that Prometheus reads."""

from gateway.traffic import Traffic
from prometheus_client import CollectorRegistry, generate_latest


def test_counts_are_read_as_metrics_by_transport_and_reason() -> None:
    registry, traffic = CollectorRegistry(), Traffic()
    registry.register(traffic)
    traffic.connections["websocket"] += 2
    traffic.events_in += 3
    traffic.messages_out += 4
    traffic.dropped["slow-consumer"] += 5
    text = generate_latest(registry).decode()
    for line in (
        'nexus_gateway_connections{transport="websocket"} 2.0',
        'nexus_gateway_connections{transport="polling"} 0.0',
        "nexus_gateway_events_in_total 3.0",
        "nexus_gateway_messages_out_total 4.0",
        'nexus_gateway_dropped_total{reason="slow-consumer"} 5.0',
    ):
        assert line in text
