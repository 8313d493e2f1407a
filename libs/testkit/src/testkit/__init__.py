"""How tests get real parts: databases, Kafka, an object store, a scanner, services as processes, and their tokens."""

from testkit.databases import Databases
from testkit.eventually import eventually
from testkit.services import Process, process
from testkit.serving import served
from testkit.tokens import Issuer

__all__ = ["Databases", "Issuer", "Process", "eventually", "process", "served"]
