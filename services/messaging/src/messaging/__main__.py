"""Messaging: workspaces, channels and messages."""

from chassis import database, running
from chassis.confined.runner import Runner
from chassis.serving import background, serve
from eventbus import Producer, outbox

from messaging import alarms, arrivals, directory, hearing
from messaging.application import app_of, gif_guard_of, look_of, outside_of
from messaging.gifs import sources as gifs
from messaging.integrations import telling as outgoing
from messaging.previews import worker as previews
from messaging.previews.reading import MODULE as PAGES
from messaging.retention import purging
from messaging.retention import reports as retention_reports
from messaging.settings import Settings
from messaging.sharding import databases, watching
from messaging.transfers import worker as transfers


async def main(settings: Settings) -> None:
    report_key = retention_reports.key_of(settings.internal_secret.get_secret_value())
    async with (
        await database.connect(settings) as pool,
        databases.connected(pool, settings) as all_databases,
        Producer(settings.kafka_url, "messaging") as producer,
        Runner(most=1) as runner,
        Runner(most=2, warm=(PAGES,)) as decoder,
        background(
            gifs.load(
                gif_sources := gifs.sources_of(settings, decoder, gif_guard_of(settings)), decoder, settings.gif_dir
            ),
            outbox.relay(pool, producer),
            alarms.run(pool),
            directory.announce_backlog(pool),
            purging.run(pool, report_key, settings.retention_every),
            outgoing.run(pool, outside_of(settings)),
            previews.run(pool, look_of(settings, decoder), settings.link_previews_per_minute),
            hearing.run(settings, pool, producer),
            arrivals.run(all_databases),
            transfers.run(all_databases, runner, settings.import_messages_per_second),
            watching.run(pool),
        ),
    ):
        await serve(app_of(settings, pool, decoder, gif_sources, all_databases), settings)


if __name__ == "__main__":
    running.run("messaging", Settings, main)
