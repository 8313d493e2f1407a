"""How tests get real parts: databases, Kafka, an object store, ClamAV, services as processes, and tokens to ask with."""

from testkit.databases import Databases
from testkit.eventually import eventually
from testkit.services import Process, process
from testkit.serving import served
from testkit.tokens import Issuer

__all__ = ["Databases", "Issuer", "Process", "eventually", "process", "served"]
