"""What services, databases and command lines are told."""

from pathlib import Path

import pytest
from localstack.databases import without_password
from localstack.keys import Keys
from localstack.services import SERVICES, Service, database_url, environment
from localstack.settings import Settings

URLS = {
    "postgres": "postgresql://admin:p%40ss@db:6000/postgres",
    "redis": "redis://r:1/0",
    "kafka": "k:2",
    "s3": "http://s:3/b",
    "clamd": "tcp://c:4",
}


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path / "secrets")


def test_each_service_has_its_own_database_and_role_on_the_same_server(keys: Keys) -> None:
    url = database_url(Service("messaging"), URLS["postgres"], keys)
    password = keys.get("messaging-database-password")
    assert url == f"postgresql://messaging:{password}@db:6000/messaging"


def test_all_services_share_one_internal_secret(tmp_path: Path, keys: Keys) -> None:
    settings = Settings.read({}, tmp_path)
    told = {environment(service, settings, keys, URLS)["NEXUS_INTERNAL_SECRET"] for service in SERVICES}
    assert len(told) == 1


def test_only_identity_can_read_the_signing_keys_and_the_gateway_has_no_database(tmp_path: Path, keys: Keys) -> None:
    settings = Settings.read({}, tmp_path)
    told = {service.name: environment(service, settings, keys, URLS) for service in SERVICES}
    assert {name for name, those in told.items() if "NEXUS_IDENTITY_SECRET" in those} == {"identity"}
    assert {name for name, those in told.items() if "NEXUS_DATABASE_URL" not in those} == {"gateway"}


def test_limits_are_passed_on_but_the_administrators_database_is_not(tmp_path: Path, keys: Keys) -> None:
    given = {"NEXUS_SOCKETS_PER_USER": "50", "NEXUS_POSTGRES_URL": URLS["postgres"], "NEXUS_PORT_GATEWAY": "9000"}
    told = environment(SERVICES[-1], Settings.read(given, tmp_path), keys, URLS)
    assert told["NEXUS_SOCKETS_PER_USER"] == "50"
    assert told["NEXUS_PORT"] == "9000"
    assert not set(told) & {"NEXUS_POSTGRES_URL", "NEXUS_PORT_GATEWAY"}


def test_only_messaging_is_told_of_a_provider_of_gifs(tmp_path: Path, keys: Keys) -> None:
    given = {"NEXUS_GIF_PROVIDER_URL": "https://gifs.example/v2"}
    told = {service.name: environment(service, Settings.read(given, tmp_path), keys, URLS) for service in SERVICES}
    assert {name: those[key] for name, those in told.items() for key in given if key in those} == {
        "messaging": "https://gifs.example/v2"
    }


def test_only_files_knows_the_object_store_and_the_scanner(tmp_path: Path, keys: Keys) -> None:
    settings = Settings.read({"NEXUS_OBJECT_STORE": "versitygw", "NEXUS_S3_URL": URLS["s3"]}, tmp_path)
    told = {service.name: environment(service, settings, keys, URLS) for service in SERVICES}
    assert (told["files"]["NEXUS_S3_URL"], told["files"]["NEXUS_CLAMD_URL"]) == (URLS["s3"], URLS["clamd"])
    assert told["files"]["NEXUS_S3_PUBLIC_URL"] == "http://s:3"
    assert [name for name, those in told.items() if {"NEXUS_S3_URL", "NEXUS_OBJECT_STORE"} & set(those)] == ["files"]


def test_only_the_gateway_can_be_made_to_listen_beyond_this_machine(tmp_path: Path, keys: Keys) -> None:
    settings = Settings.read({"NEXUS_HOST": "0.0.0.0"}, tmp_path)
    open_ones = [s.name for s in SERVICES if environment(s, settings, keys, URLS)["NEXUS_HOST"] == "0.0.0.0"]
    assert open_ones == ["gateway"]


def test_a_password_is_not_put_on_a_command_line() -> None:
    assert without_password(URLS["postgres"]) == ("postgresql://admin@db:6000/postgres", "p@ss")
    assert without_password("postgresql://db/postgres") == ("postgresql://db/postgres", "")
