"""The order in which everything comes up."""

import asyncio
from collections.abc import Mapping

from localstack import accounts, databases, web
from localstack.part import Part
from localstack.parts import NAMES, parts_of
from localstack.places import check_ports
from localstack.processes import StepFailed
from localstack.services import SERVICES, Service, local, unit_of
from localstack.stack import Stack


async def start_parts(stack: Stack, chosen: tuple[Part, ...]) -> Mapping[str, str]:
    """Start parts side by side and answer their URLs."""
    async with asyncio.TaskGroup() as group:
        tasks = {part.name: group.create_task(stack.start_part(part)) for part in chosen}
    return {name: task.result() for name, task in tasks.items()}


async def start_everything(stack: Stack) -> str:
    """Parts and web client at once, what goes into the parts as soon as they are there, then the services."""
    check_ports(stack.settings, tuple(service.name for service in SERVICES))
    known = parts_of(stack.settings)
    async with asyncio.TaskGroup() as group:
        client = group.create_task(web.build(stack.settings, stack.board))
        tasks = {name: group.create_task(stack.start_part(known[name])) for name in NAMES}
        filled = [
            group.create_task(_fill_databases(stack, tasks["postgres"])),
            group.create_task(_make_topics(stack, tasks["kafka"])),
        ]
        urls = {name: await task for name, task in tasks.items()}
        await asyncio.gather(*filled)
        for service in SERVICES:
            group.create_task(_start(stack, service, urls, client))
    return await _make_accounts(stack)


async def _fill_databases(stack: Stack, postgres: asyncio.Task[str]) -> None:
    administrator = await postgres
    stack.board.begin("databases", "creating and migrating")
    async with asyncio.TaskGroup() as group:
        for service in SERVICES:
            if service.database:
                group.create_task(_fill(stack, service, administrator))
    stack.board.done("databases", "migrated")


async def _fill(stack: Stack, service: Service, administrator: str) -> None:
    await databases.create(service, administrator, stack.settings, stack.keys)
    await databases.migrate(service, administrator, stack.settings, stack.keys)


async def _make_topics(stack: Stack, kafka: asyncio.Task[str]) -> None:
    url = await kafka
    stack.board.begin("topics", "creating")
    await databases.make_topics(url, stack.settings)
    stack.board.done("topics", "ready")


async def _start(stack: Stack, service: Service, urls: Mapping[str, str], client: asyncio.Task[None]) -> None:
    if service.public:
        await client
    stack.board.begin(service.name, "starting")
    await stack.keep(unit_of(service, stack.settings, stack.keys, urls))
    stack.board.done(service.name, f"on port {stack.settings.ports[service.name]}")


async def _make_accounts(stack: Stack) -> str:
    """Accounts are a convenience: without them the product still runs."""
    stack.board.begin("accounts", "creating Alice's and Bob's")
    try:
        password = await accounts.make(local(stack.settings, "gateway"), stack.keys)
    except accounts.Refused as refusal:
        stack.board.done("accounts", f"as they were; the ready-made password is not theirs ({refusal})")
        return ""
    except TimeoutError:
        log = stack.settings.logs / "gateway.log"
        raise StepFailed("making the two accounts", f"took longer than {accounts.WITHIN:.0f} s", log) from None
    stack.board.done("accounts", "ready")
    return password
