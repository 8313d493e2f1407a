"""Redis: presence and what passes between gateways; nothing in it has to survive."""

from localstack import probes
from localstack.part import Need, Part, Site


def command(site: Site) -> list[str]:
    options = {
        "bind": "127.0.0.1",
        "port": str(site.ports["redis"]),
        "dir": str(site.folder),
        "save": "",
        "appendonly": "no",
        "maxmemory": "256mb",
        "maxmemory-policy": "volatile-ttl",
        "daemonize": "no",
        "enable-debug-command": "no",
    }
    return ["redis-server", *(word for name, value in options.items() for word in (f"--{name}", value))]


REDIS = Part(
    name="redis",
    title="Redis",
    url_setting="NEXUS_REDIS_URL",
    ports=("redis",),
    needs=(Need("redis-server", "redis-server"),),
    url=lambda site: f"redis://127.0.0.1:{site.ports['redis']}/0",
    command=command,
    probe=lambda site: probes.redis(site.ports["redis"]),
    stop_within=5,
)
