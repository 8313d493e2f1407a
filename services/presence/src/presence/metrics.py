"""What operators see of presence; each metric stands for a promise."""

from prometheus_client import Counter, Gauge

BEATS = Counter("nexus_presence_beats_total", "Heartbeats of gateways", ["kind"])
CHANGES = Counter("nexus_presence_changes_total", "Changes told to gateways", ["status"])
CONNECTED = Gauge("nexus_presence_connected_users", "Users with a device connected somewhere")
RESTARTS = Counter("nexus_presence_listening_restarts_total", "Times that Redis had to be listened to anew")
