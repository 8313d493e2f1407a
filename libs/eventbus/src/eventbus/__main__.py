"""The bus's commands: `topics`, `topology`, `catalogue` and `replay`."""

import argparse
import asyncio
import os
import sys

from eventbus import administration, catalogue, dead_letters, topology


def main() -> int:
    arguments = _parser().parse_args()
    match arguments.command:
        case "topology":
            print(topology.mermaid())
        case "catalogue":
            print(catalogue.markdown())
        case "topics":
            created = asyncio.run(administration.ensure_topics(_kafka_url()))
            print(f"created {', '.join(created)}" if created else "all topics are there")
        case "replay":
            number = asyncio.run(dead_letters.replay(_kafka_url(), arguments.topic, arguments.consumer))
            print(f"replayed {number} dead letters of {arguments.topic}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eventbus")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("topology", help="print producers, topics and consumers as a mermaid graph")
    commands.add_parser("catalogue", help="print every topic and event as markdown")
    commands.add_parser("topics", help="create the topics that are missing (needs NEXUS_KAFKA_URL)")
    replay = commands.add_parser("replay", help="publish a topic's dead letters again (needs NEXUS_KAFKA_URL)")
    replay.add_argument("--topic", required=True)
    replay.add_argument("--consumer", help="only the letters that this consumer could not handle")
    return parser


def _kafka_url() -> str:
    url = os.environ.get("NEXUS_KAFKA_URL")
    if not url:
        sys.exit("NEXUS_KAFKA_URL is not set: it names Kafka as host:port")
    return url


if __name__ == "__main__":
    sys.exit(main())
