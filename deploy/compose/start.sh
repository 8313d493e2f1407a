# Brings the service's tables up to date, then becomes the service.
set -e
if [ -n "$NEXUS_DATABASE_URL" ]; then
    python -m chassis.migrations eventbus=libs/eventbus/src/eventbus/migrations "$SERVICE=services/$SERVICE/migrations"
fi
exec python -m "$SERVICE"
