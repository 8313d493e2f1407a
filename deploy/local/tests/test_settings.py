"""What the launcher reads from the environment."""

from pathlib import Path

import pytest
from localstack.parts import parts_of
from localstack.settings import BadSetting, Settings, free_ports, inherited


def test_a_port_is_a_setting_and_the_rest_keep_theirs(tmp_path: Path) -> None:
    settings = Settings.read({"NEXUS_PORT_GATEWAY": "9000"}, tmp_path)
    assert settings.ports["gateway"] == 9000
    assert settings.ports["identity"] == 8101


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "80 80", "٣"])
def test_a_port_that_is_none_is_refused_by_name(port: str, tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="NEXUS_PORT_KAFKA must be a port"):
        Settings.read({"NEXUS_PORT_KAFKA": port}, tmp_path)


def test_a_choice_is_one_of_those_there_are_and_the_first_unless_told(tmp_path: Path) -> None:
    assert Settings.read({}, tmp_path).one_of("NEXUS_OBJECT_STORE", ("minio", "versitygw")) == "minio"
    told = Settings.read({"NEXUS_OBJECT_STORE": "versitygw"}, tmp_path)
    assert told.one_of("NEXUS_OBJECT_STORE", ("minio", "versitygw")) == "versitygw"
    with pytest.raises(BadSetting, match="NEXUS_OBJECT_STORE must be one of minio, versitygw, not 'ceph'"):
        parts_of(Settings.read({"NEXUS_OBJECT_STORE": "ceph"}, tmp_path))


def test_data_lie_under_the_project_unless_told_otherwise(tmp_path: Path) -> None:
    assert Settings.read({}, tmp_path).data == tmp_path / ".nexus"
    assert Settings.read({"NEXUS_DATA_DIR": "/elsewhere"}, tmp_path).data == Path("/elsewhere")


def test_free_ports_leave_a_chosen_port_alone(tmp_path: Path) -> None:
    settings = Settings.read({"NEXUS_PORT_REDIS": "7000"}, tmp_path).on_free_ports()
    assert settings.ports["redis"] == 7000
    assert len(set(settings.ports.values())) == len(settings.ports)


def test_free_ports_are_all_different() -> None:
    assert len(set(free_ports(20))) == 20


def test_children_inherit_nothing_that_is_a_setting_of_ours() -> None:
    assert inherited({"PATH": "/bin", "NEXUS_PORT": "1"}) == {"PATH": "/bin"}
