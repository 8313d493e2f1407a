"""The parts of the stack. Another one is a module beside these and an entry here."""

from localstack.part import Part
from localstack.parts import clamd, stores
from localstack.parts.kafka import KAFKA
from localstack.parts.postgres import POSTGRES
from localstack.parts.redis import REDIS
from localstack.settings import Settings

NAMES = ("postgres", "redis", "kafka", "s3", "clamd")
OTHER_STORE = "s3_other"
"""The store that was not chosen, for tests that must hold on both."""


def parts_of(settings: Settings) -> dict[str, Part]:
    """Every part there is, as this stack was told to have it."""
    chosen = settings.one_of("NEXUS_OBJECT_STORE", tuple(stores.STORES))
    (other,) = set(stores.STORES) - {chosen}
    scanner = clamd.part(settings.one_of("NEXUS_SIGNATURES", ("official", "test")) == "official")
    parts = (POSTGRES, REDIS, KAFKA, stores.part(chosen, "s3"), scanner, stores.part(other, OTHER_STORE))
    return {part.name: part for part in parts}
