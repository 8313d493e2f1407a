"""What operators see of presence; each metric stands for a promise."""

from prometheus_client import Counter, Gauge

BEATS = Counter("nexus_presence_beats_total", "Heartbeats of gateways", ["kind"])
BEAT_AGE = Gauge("nexus_presence_beat_age_seconds", "Since the longest silent of the living gateways beat in full")
CHANGES = Counter("nexus_presence_changes_total", "Changes told to gateways", ["status"])
CONNECTED = Gauge("nexus_presence_connected_users", "Users with a device connected somewhere")
USERS = Gauge("nexus_presence_users", "Users by the status that others see", ["status"])
RESTARTS = Counter("nexus_presence_listening_restarts_total", "Times that Redis had to be listened to anew")
