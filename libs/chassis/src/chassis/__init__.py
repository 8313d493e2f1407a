"""How a service's process lives: settings, telemetry, health, problems, sign-in of requests, database, migrations."""
