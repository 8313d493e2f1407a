"""Ports that nobody uses."""

from localstack.settings import free_ports


def free_port() -> int:
    return free_ports(1)[0]
