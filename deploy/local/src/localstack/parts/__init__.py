"""The parts of the stack. Another one is a module beside these and an entry here."""

from localstack.part import Part
from localstack.parts.kafka import KAFKA
from localstack.parts.postgres import POSTGRES
from localstack.parts.redis import REDIS

PARTS: tuple[Part, ...] = (POSTGRES, REDIS, KAFKA)
BY_NAME = {part.name: part for part in PARTS}
