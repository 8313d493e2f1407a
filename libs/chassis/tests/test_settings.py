"""Settings: from the environment, explained when wrong, printed without their secrets."""

import json

import pytest
from chassis.settings import DatabaseSettings, ServiceSettings
from pydantic import ValidationError


def test_settings_are_printed_once_with_secrets_masked(environment, monkeypatch, capsys) -> None:
    monkeypatch.setenv("NEXUS_DATABASE_URL", "postgresql://toy:hunter2@127.0.0.1/toy")
    settings = DatabaseSettings.load()
    printed = capsys.readouterr().out
    told = json.loads(printed)["settings"]
    assert "hunter2" not in printed + repr(settings)
    assert "open sesame" not in printed + repr(settings)
    assert told["kafka_url"] == "127.0.0.1:1"
    assert told["database_url"] == told["internal_secret"] == "**********"
    assert settings.database_url.get_secret_value().endswith("@127.0.0.1/toy")


def test_faults_are_explained_one_a_line_without_the_value(environment, monkeypatch) -> None:
    monkeypatch.setenv("NEXUS_PORT", "eighty")
    monkeypatch.delenv("NEXUS_INTERNAL_SECRET")
    with pytest.raises(SystemExit) as stopped:
        ServiceSettings.load()
    lines = sorted(str(stopped.value).splitlines())
    assert [line.partition(":")[0] for line in lines] == ["NEXUS_INTERNAL_SECRET", "NEXUS_PORT"]
    assert "Field required" in lines[0]
    assert "eighty" not in str(stopped.value)


def test_settings_never_change(environment) -> None:
    with pytest.raises(ValidationError):
        ServiceSettings().port = 1
