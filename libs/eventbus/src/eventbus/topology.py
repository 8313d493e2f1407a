"""Who publishes and who consumes what, from the services' own declarations: generated, never drawn."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import entry_points

from eventbus.topics import event_types, topic_of

# Each service names its handlers module here; the module declares PUBLISHES and CONSUMES.
GROUP = "nexus.topology"


@dataclass(frozen=True, slots=True)
class Flow:
    """One topic with its producers and consumers, by service name."""

    topic: str
    producers: tuple[str, ...]
    consumers: tuple[str, ...]


def flows() -> tuple[Flow, ...]:
    """Every declared topic, by name."""
    services = {entry.name: entry.load() for entry in entry_points(group=GROUP)}
    return tuple(
        Flow(
            topic_of(event_type).name,
            tuple(sorted(name for name, module in services.items() if event_type in module.PUBLISHES)),
            tuple(sorted(name for name, module in services.items() if event_type in module.CONSUMES)),
        )
        for event_type in event_types()
    )


def mermaid() -> str:
    """The flows as a mermaid graph: producers, topics, consumers."""
    return "\n".join(["graph LR", *(f"    {line}" for flow in flows() for line in _lines(flow))])


def _lines(flow: Flow) -> Iterator[str]:
    topic = flow.topic.replace(".", "_")
    yield f"{topic}[({flow.topic})]"
    yield from (f"{producer} --> {topic}" for producer in flow.producers)
    yield from (f"{topic} --> {consumer}" for consumer in flow.consumers)
