"""What operators see of signing in."""

from prometheus_client import Counter

REGISTRATIONS = Counter("nexus_identity_registrations_total", "Users who registered", ["organization"])
LOGINS = Counter("nexus_identity_logins_total", "Attempts to sign in", ["outcome"])
TOKENS_REFRESHED = Counter("nexus_identity_tokens_refreshed_total", "Refresh tokens exchanged for new ones")
SESSIONS_REVOKED = Counter("nexus_identity_sessions_revoked_total", "Sessions ended before their time", ["reason"])
THROTTLED = Counter("nexus_identity_throttled_total", "Requests refused because there were too many", ["action"])
THROTTLE_FALLBACKS = Counter("nexus_identity_throttle_fallbacks_total", "Times Redis did not count for the throttle")
