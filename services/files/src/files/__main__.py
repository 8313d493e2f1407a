"""Files: what people share, stored, scanned, and shown to whom it may be shown."""

from chassis import database, running
from chassis.serving import background, serve
from eventbus import Consumer, Producer, outbox

from files.application import app_of
from files.clamd import Scanner
from files.handlers import CONSUMES
from files.kinds import KINDS
from files.settings import Settings
from files.store import Store
from files.workshop import Workshop


async def main(settings: Settings) -> None:
    async with (
        await database.connect(settings) as pool,
        Store.connect(settings.s3_url.get_secret_value(), settings.s3_region, settings.s3_public_url) as store,
        Producer(settings.kafka_url, "files") as producer,
        background(
            outbox.relay(pool, producer),
            Consumer(settings.kafka_url, CONSUMES, pool, producer, "files", settings.instance).run(),
            Workshop(pool, store, Scanner(settings.clamd_url), settings, KINDS).run(),
        ),
    ):
        await serve(app_of(settings, pool, store), settings)


if __name__ == "__main__":
    running.run("files", Settings, main)
