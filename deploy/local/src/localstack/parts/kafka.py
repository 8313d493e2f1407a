"""Kafka: one node in KRaft mode, its jars brought by Maven."""

import base64
import hashlib
import os
import shutil
import uuid
from pathlib import Path

from localstack import probes
from localstack.part import Need, Part, Site
from localstack.processes import Command, run
from localstack.settings import inherited

HERE = Path(__file__).parent
POM = HERE / "pom.xml"
HEAP = ["-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
COPY_DEPENDENCIES = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
FETCH_WITHIN = 240


def jars(cache: Path) -> Path:
    """One folder for each state of the pom, so that a new version never meets old jars."""
    return cache / f"kafka-{hashlib.sha256(POM.read_bytes()).hexdigest()[:12]}"


async def fetch(cache: Path, log: Path) -> None:
    """Copy Kafka's jars into the cache, all of them or none."""
    if jars(cache).exists():
        return
    fresh = jars(cache).with_suffix(f".{os.getpid()}")
    argv = ["mvn", "-q", "-B", "-f", str(POM), COPY_DEPENDENCIES]
    argv += ["-DincludeScope=runtime", f"-DoutputDirectory={fresh}"]
    try:
        await run("fetching Kafka", Command(argv, log, inherited(), HERE), FETCH_WITHIN)
        fresh.rename(jars(cache))
    except OSError:
        if not jars(cache).exists():  # else another launcher was faster
            raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def properties(site: Site) -> dict[str, str]:
    broker, controller = site.ports["kafka"], site.ports["kafka_controller"]
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@127.0.0.1:{controller}",
        "listeners": f"PLAINTEXT://127.0.0.1:{broker},CONTROLLER://127.0.0.1:{controller}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{broker}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "log.dirs": str(site.folder / "log"),
        "auto.create.topics.enable": "false",
        "num.partitions": "1",
        "num.network.threads": "2",
        "num.io.threads": "4",
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "8",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "transaction.state.log.num.partitions": "4",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        # after a crash the controller admits the broker only when its former session has run out
        "broker.session.timeout.ms": "3000",
        "broker.heartbeat.interval.ms": "500",
        "group.initial.rebalance.delay.ms": "0",
        "log.retention.hours": "168",
        "log.segment.bytes": str(64 * 1024 * 1024),
        "log.cleaner.dedupe.buffer.size": str(16 * 1024 * 1024),
    }


def _config(site: Site) -> Path:
    return site.folder / "server.properties"


def _java(site: Site) -> list[str]:
    return ["java", "-cp", f"{jars(site.cache)}/*", f"-Dlog4j2.configurationFile={HERE / 'log4j2.properties'}"]


async def prepare(site: Site) -> None:
    """Write the configuration, and format the storage once."""
    _config(site).write_text("".join(f"{name}={value}\n" for name, value in properties(site).items()))
    if (site.folder / "log" / "meta.properties").exists():
        return
    shutil.rmtree(site.folder / "log", ignore_errors=True)
    cluster = base64.urlsafe_b64encode(b"\0" + uuid.uuid4().bytes[1:]).decode().rstrip("=")
    argv = [*_java(site), *HEAP, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(_config(site))]
    await run("formatting Kafka's storage", Command(argv, site.log, inherited(), site.folder), deadline=60)


KAFKA = Part(
    name="kafka",
    title="Kafka",
    url_setting="NEXUS_KAFKA_URL",
    ports=("kafka", "kafka_controller"),
    needs=(Need("java", "default-jre-headless"), Need("mvn", "maven", unless=lambda cache: jars(cache).exists())),
    url=lambda site: f"127.0.0.1:{site.ports['kafka']}",
    command=lambda site: [*_java(site), *HEAP, "kafka.Kafka", str(_config(site))],
    probe=lambda site: probes.kafka(site.ports["kafka"]),
    prepare=prepare,
    fetch=fetch,
)
