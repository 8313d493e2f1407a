"""docker-compose.yml is valid, and gives Docker users what the launcher gives everybody else."""

import re
from pathlib import Path
from typing import Any

import compose_spec
import pytest
import yaml
from localstack import converters
from localstack.keys import Keys
from localstack.part import Site
from localstack.parts import clamd, stores
from localstack.parts.kafka import POM, properties
from localstack.parts.redis import command as redis_command
from localstack.services import SERVICES, Service, environment
from localstack.settings import PROJECT, Settings

NAMES = [service.name for service in SERVICES]
# Where things are differs between one machine and containers; what they are must not.
PLACES = {
    "NEXUS_HOST", "NEXUS_CONTENT_HOST", "NEXUS_WEB_DIR", "NEXUS_DATABASE_URL", "NEXUS_S3_PUBLIC_URL",
}  # fmt: skip
SECRETS = {"NEXUS_INTERNAL_SECRET", "NEXUS_IDENTITY_SECRET"}
CLAMD_PLACES = {"Foreground", "TCPAddr"}
KAFKA_PLACES = {"controller.quorum.voters", "listeners", "advertised.listeners", "log.dirs"}


def filled_in(text: str) -> str:
    """The file with its variables replaced as Compose does, every secret by its own name."""
    text = re.sub(r"\$\{(\w+):-(.*?)\}", r"\2", text)
    return re.sub(r"\$\{(\w+)(:\?.*?)?\}", r"\1", text)


TEXT = filled_in((PROJECT / "docker-compose.yml").read_text())


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load(TEXT))


@pytest.fixture
def launched(tmp_path: Path) -> dict[str, dict[str, str]]:
    """What the launcher would give every service."""
    settings, keys = Settings.read({}, tmp_path), Keys(tmp_path / "secrets")
    urls = {"postgres": "postgresql://postgres:x@postgres:5432/postgres"}
    urls |= {"redis": "redis://redis:6379/0", "kafka": "kafka:9092"}
    urls |= {"s3": "http://nexus:NEXUS_S3_KEY@s3:9000/nexus", "clamd": "tcp://clamd:3310"}
    return {service.name: environment(service, settings, keys, urls) for service in SERVICES}


def test_the_file_follows_the_compose_specification() -> None:
    compose_spec.PyOptions(apply_merge=True).from_yaml(TEXT).validate()


@pytest.mark.parametrize("name", NAMES)
def test_a_service_is_told_the_same_things(
    name: str, compose: dict[str, Any], launched: dict[str, dict[str, str]]
) -> None:
    assert set(compose["services"][name]["environment"]) == set(launched[name])


@pytest.mark.parametrize("name", NAMES)
def test_a_service_is_told_the_same_values(
    name: str, compose: dict[str, Any], launched: dict[str, dict[str, str]]
) -> None:
    here = {key: value for key, value in launched[name].items() if key not in PLACES | SECRETS}
    there = compose["services"][name]["environment"]
    assert {key: re.sub(r"//(identity|messaging|presence|files):", "//127.0.0.1:", there[key]) for key in here} == here


@pytest.mark.parametrize("service", [service for service in SERVICES if service.database], ids=lambda s: s.name)
def test_a_service_has_a_role_whose_password_postgres_was_given(service: Service, compose: dict[str, Any]) -> None:
    url = compose["services"][service.name]["environment"]["NEXUS_DATABASE_URL"]
    password = compose["services"]["postgres"]["environment"][f"{service.name.upper()}_PASSWORD"]
    assert url == f"postgresql://{service.name}:{password}@postgres:5432/{service.name}"
    script = (PROJECT / "deploy" / "compose" / "databases.sh").read_text()
    assert f'create {service.name} "${service.name.upper()}_PASSWORD"' in script


def test_kafka_has_the_same_settings_and_version(compose: dict[str, Any], tmp_path: Path) -> None:
    kafka = compose["services"]["kafka"]
    site = Site(tmp_path, tmp_path, {"kafka": 9092, "kafka_controller": 9093}, "", None, tmp_path)
    ours = {key: value for key, value in properties(site).items() if key not in KAFKA_PLACES}
    assert {key: kafka["environment"][f"KAFKA_{key.upper().replace('.', '_')}"] for key in ours} == ours
    version = re.search(r"kafka_2\.13</artifactId>\s*<version>([\d.]+)<", POM.read_text())
    assert version is not None
    assert kafka["image"] == f"apache/kafka:{version[1]}"


def test_redis_keeps_as_much_and_forgets_as_we_do(compose: dict[str, Any], tmp_path: Path) -> None:
    site = Site(tmp_path, tmp_path, {"redis": 6379}, "", None, tmp_path)
    ours = " ".join(word or '""' for word in redis_command(site))
    for option in ("--save", "--appendonly", "--maxmemory", "--maxmemory-policy"):
        pair = re.search(rf"{option} (\S+)", ours)
        assert pair is not None
        assert pair[0] in compose["services"]["redis"]["command"]


def test_the_object_store_is_the_one_we_build_with_the_same_options(compose: dict[str, Any], tmp_path: Path) -> None:
    s3 = compose["services"]["s3"]
    assert s3["image"] == f"versity/versitygw:{stores.VERSITYGW.version}"
    site = Site(tmp_path, tmp_path, {"s3": 9000}, "NEXUS_S3_KEY", None, tmp_path)
    part = stores.part("versitygw", "s3")
    assert s3["environment"] == part.environment(site)
    for word in part.command(site)[1:-1]:
        assert word.removeprefix("127.0.0.1") in s3["entrypoint"][-1]
    assert f"mkdir -p /buckets/{stores.BUCKET} " in s3["entrypoint"][-1]


def test_the_scanner_has_the_same_limits(compose: dict[str, Any]) -> None:
    ours = {f"CLAMD_CONF_{name}": value for name, value in clamd.OPTIONS.items() if name not in CLAMD_PLACES}
    assert compose["services"]["clamd"]["environment"] == ours


def test_the_image_that_converts_has_the_programs_that_the_launcher_installs() -> None:
    dockerfile = (PROJECT / "deploy" / "Dockerfile").read_text()
    asked = re.findall(r"--no-install-recommends ((?:[^&]|\n)*?) &&", dockerfile)
    packages = {package for each in asked for package in each.replace("\\\n", " ").split()}
    assert packages == {need.package for need in converters.NEEDS}


def test_only_the_gateway_foreign_content_and_the_store_are_open_and_to_this_machine_alone(
    compose: dict[str, Any],
) -> None:
    usual = {name: part for name, part in compose["services"].items() if "profiles" not in part}
    assert {name: part["ports"] for name, part in usual.items() if "ports" in part} == {
        "gateway": ["127.0.0.1:8080:8080"],
        "files": ["127.0.0.1:8090:8090"],
        "s3": ["127.0.0.1:29000:9000"],
    }


def test_everything_somebody_waits_for_has_a_health_check_or_ends(compose: dict[str, Any]) -> None:
    waits = [(name, wait) for part in compose["services"].values() for name, wait in part.get("depends_on", {}).items()]
    assert waits
    for name, wait in waits:
        expected = "service_healthy" if "healthcheck" in compose["services"][name] else "service_completed_successfully"
        assert wait["condition"] == expected


def test_prometheus_asks_every_service(compose: dict[str, Any]) -> None:
    config = yaml.safe_load((PROJECT / "deploy" / "prometheus" / "prometheus.yml").read_text())
    targets = config["scrape_configs"][0]["static_configs"][0]["targets"]
    ports = {name: compose["services"][name]["environment"]["NEXUS_PORT"] for name in NAMES}
    assert sorted(targets) == sorted(f"{name}:{port}" for name, port in ports.items())


def test_every_file_the_image_copies_is_let_through_to_its_build() -> None:
    dockerfile = (PROJECT / "deploy" / "Dockerfile").read_text()
    copied = {path.partition("/")[0] for path in re.findall(r"^COPY (?!--from)(\S+)", dockerfile, re.MULTILINE)}
    let_through = re.findall(r"^!(\S+)", (PROJECT / "deploy" / "Dockerfile.dockerignore").read_text(), re.MULTILINE)
    assert copied == {path.partition("/")[0] for path in let_through}
    assert "--require-hashes -r requirements.lock" in dockerfile
