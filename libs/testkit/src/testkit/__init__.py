"""How tests get real parts: PostgreSQL, Redis, Kafka, services as processes, and tokens to ask them with."""

from testkit.databases import Databases
from testkit.eventually import eventually
from testkit.services import Process, process
from testkit.serving import served
from testkit.tokens import Issuer

__all__ = ["Databases", "Issuer", "Process", "eventually", "process", "served"]
