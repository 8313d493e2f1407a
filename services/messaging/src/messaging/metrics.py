"""What operators see of messaging; each metric stands for a promise."""

from prometheus_client import Counter, Gauge, Histogram

POSTED = Counter("nexus_messages_posted_total", "Messages stored")
RESENT = Counter("nexus_messages_resent_total", "Sends answered with the message they had made before")
REFUSED = Counter("nexus_messages_refused_total", "Sends refused", ["type"])
BATCH_SIZE = Histogram(
    "nexus_message_batch_size", "Messages stored in one transaction", buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500)
)
SYNCED = Counter("nexus_sync_channels_total", "Channels brought up to date after a disconnect", ["outcome"])
PURGED = Counter("nexus_messages_purged_total", "Messages removed by retention")
SCHEDULED = Counter("nexus_scheduled_messages_total", "Scheduled messages whose time came", ["outcome"])
PREVIEWS = Counter("nexus_link_previews_total", "Pages looked at for what they say of themselves", ["outcome"])
SLOTS_HERE = Gauge(
    "nexus_slots", "Slots of channels: owned, on their way from here, copied but not owned yet", ["state"]
)
SLOT_LEAVING_SECONDS = Gauge(
    "nexus_slot_leaving_seconds", "Since when a slot is closed because it is on its way; 0: none"
)
SLOT_MAP_VERSION = Gauge("nexus_slot_map_version", "How often it changed which slots this database has")
