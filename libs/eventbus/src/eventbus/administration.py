"""Topics come from the contracts: created as declared, with a dead-letter topic beside each."""

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import for_code

from eventbus.topics import Topic, event_types, topic_of

ALREADY_EXISTS = 36
RETENTION_MS = str(7 * 24 * 3600 * 1000)
# A broker that has just started on a busy machine takes its time to make dozens of topics.
ASKED_MS, MADE_MS = 30_000, 25_000


async def ensure_topics(kafka_url: str) -> list[str]:
    """Create the topics that are missing; the names of those that this very call created."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_url, client_id="topics", request_timeout_ms=ASKED_MS)
    await admin.start()
    try:
        wanted = [new for event_type in event_types() for new in _declared(topic_of(event_type))]
        existing = set(await admin.list_topics())
        missing = [new for new in wanted if new.name not in existing]
        if not missing:
            return []
        outcomes = {
            name: code for name, code, *_ in (await admin.create_topics(missing, timeout_ms=MADE_MS)).topic_errors
        }
        for name, code in outcomes.items():
            if code not in (0, ALREADY_EXISTS):
                raise for_code(code)(name)
        return [name for name, code in outcomes.items() if code != ALREADY_EXISTS]
    finally:
        await admin.close()


def _declared(topic: Topic) -> list[NewTopic]:
    kept = {"cleanup.policy": "compact"} if topic.compacted else {"retention.ms": RETENTION_MS}
    return [
        NewTopic(topic.name, topic.partitions, 1, topic_configs=kept),
        NewTopic(topic.dead_letters, 1, 1, topic_configs={"retention.ms": str(4 * int(RETENTION_MS))}),
    ]
