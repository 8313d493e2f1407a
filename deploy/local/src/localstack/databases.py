"""Each service's own role and database, its tables, and the topics they all use."""

import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from localstack.keys import Keys
from localstack.part import Need
from localstack.parts.postgres import find
from localstack.processes import Command, run
from localstack.services import Service, database_url
from localstack.settings import Settings, inherited

NEEDS = (Need("psql", "postgresql-client", find),)
STEP_WITHIN = 60
EVENTBUS_MIGRATIONS = Path("libs/eventbus/src/eventbus/migrations")
# \gexec runs what the query above it answers: nothing, when the role or database is there already.
CREATE = r"""
SELECT format('CREATE ROLE %I LOGIN', :'name') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'name') \gexec
ALTER ROLE :"name" PASSWORD :'password';
SELECT format('CREATE DATABASE %I OWNER %I', :'name', :'name')
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \gexec
REVOKE CONNECT ON DATABASE :"name" FROM PUBLIC;
"""


def without_password(url: str) -> tuple[str, str]:
    """A URL fit for a command line, which everybody can read, and the password that was in it."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    user = f"{parts.username}@" if parts.username else ""
    return urlunsplit(parts._replace(netloc=user + place)), unquote(parts.password or "")


async def create(service: Service, administrator: str, settings: Settings, keys: Keys) -> None:
    """Role and database, with the password we know."""
    url, password = without_password(administrator)
    secret = keys.get(f"{service.name}-database-password")
    script = f"\\set name {service.name}\n\\set password {secret}\n{CREATE}".encode()
    argv = [find("psql") or "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url]
    surroundings = inherited() | {"PGPASSWORD": password}
    log = settings.logs / "databases.log"
    await run(
        f"creating {service.name}'s database",
        Command(argv, log, surroundings, settings.project, feed=script),
        STEP_WITHIN,
    )


def migrations(service: Service) -> list[str]:
    """The folders whose SQL makes the service's tables, as the migration command takes them."""
    return [f"eventbus={EVENTBUS_MIGRATIONS}", f"{service.name}=services/{service.name}/migrations"]


async def migrate(service: Service, administrator: str, settings: Settings, keys: Keys) -> None:
    argv = [sys.executable, "-m", "chassis.migrations", *migrations(service)]
    surroundings = inherited() | {"NEXUS_DATABASE_URL": database_url(service, administrator, keys)}
    log = settings.logs / "migrations.log"
    await run(f"migrating {service.name}", Command(argv, log, surroundings, settings.project), STEP_WITHIN)


async def make_topics(kafka: str, settings: Settings) -> None:
    """Every topic of the catalogue; Kafka makes none by itself."""
    argv = [sys.executable, "-m", "eventbus", "topics"]
    command = Command(argv, settings.logs / "topics.log", inherited() | {"NEXUS_KAFKA_URL": kafka}, settings.project)
    await run("making the topics", command, STEP_WITHIN)
