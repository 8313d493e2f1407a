"""What operators see of the bus; each metric stands for a promise."""

from prometheus_client import Counter, Gauge, Histogram

OUTBOX_PUBLISHED = Counter("nexus_outbox_published_total", "Events published from the outbox", ["topic"])
OUTBOX_OLDEST_SECONDS = Gauge("nexus_outbox_oldest_seconds", "Age of the oldest event not yet published")
RELAY_FAILURES = Counter("nexus_outbox_relay_failures_total", "Times the relay had to wait and try again")
PRODUCER_RECREATED = Counter("nexus_producer_recreated_total", "Times a wedged producer was replaced")
CONSUMED = Counter("nexus_events_consumed_total", "Events handled", ["consumer", "topic"])
CONSUMER_LAG = Gauge("nexus_consumer_lag", "Events behind the end of the topic", ["consumer", "topic", "partition"])
CONSUMER_RETRIES = Counter("nexus_consumer_retries_total", "Events that had to be tried again", ["consumer", "topic"])
CONSUMER_RESTARTS = Counter(
    "nexus_consumer_restarts_total", "Times a silent or broken consumer was replaced", ["consumer"]
)
DEAD_LETTERS = Counter("nexus_dead_letters_total", "Events that can never be handled", ["consumer", "topic"])
HANDLING_SECONDS = Histogram("nexus_event_handling_seconds", "Time to handle one event", ["consumer", "topic"])
