"""A stack has its folder and its ports to itself, or says who has them."""

import os
import socket
from pathlib import Path

import pytest
from localstack.keys import Keys
from localstack.places import InUse, check_ports, reaches, remove, sole_use
from localstack.settings import Settings


def test_a_second_launcher_is_told_of_the_first(tmp_path: Path) -> None:
    settings = Settings.read({}, tmp_path)
    with (
        sole_use(settings, "http://127.0.0.1:8080"),
        pytest.raises(InUse, match=rf"already running here: pid {os.getpid()}, http://127.0.0.1:8080"),
        sole_use(settings, "http://127.0.0.1:8080"),
    ):
        pass


def test_the_folder_is_free_again_afterwards(tmp_path: Path) -> None:
    settings = Settings.read({}, tmp_path)
    for _ in range(2):
        with sole_use(settings, "here"):
            assert (settings.run / "launcher.json").exists()
    assert not (settings.run / "launcher.json").exists()


def test_a_taken_port_is_said_with_its_holder_and_the_setting_that_moves_ours(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        settings = Settings.read({"NEXUS_PORT_REDIS": str(other.getsockname()[1])}, tmp_path)
        with pytest.raises(
            InUse, match=rf"\(pid {os.getpid()}, .*NEXUS_PORT_REDIS=\.\.\., or .*NEXUS_REDIS_URL=\.\.\."
        ):
            check_ports(settings, ("redis",), "NEXUS_REDIS_URL")


def test_secrets_are_made_once_and_for_their_owner_alone(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "secrets")
    assert keys.get("one") == keys.get("one") != keys.get("two")
    assert len(keys.get("one")) >= 43
    assert (tmp_path / "secrets" / "one").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs parts as another account")
def test_an_account_that_cannot_enter_our_folder_gets_one_elsewhere(tmp_path: Path) -> None:
    (closed := tmp_path / "closed").mkdir(mode=0o700)
    settings = Settings.read({"NEXUS_DATA_DIR": str(closed / "data")}, tmp_path)
    assert not reaches("nobody", settings.data)
    assert settings.elsewhere.parent == Path("/var/lib")
    assert settings.elsewhere != Settings.read({}, tmp_path).elsewhere


def test_removing_leaves_nothing(tmp_path: Path) -> None:
    settings = Settings.read({}, tmp_path)
    Keys(settings.data / "secrets").get("one")
    remove(settings)
    assert not settings.data.exists()
