# Run once by the PostgreSQL image on an empty volume: a role and a database for every service.
set -e
create() {
    psql -X -v ON_ERROR_STOP=1 -v name="$1" -v password="$2" -U "$POSTGRES_USER" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE CONNECT ON DATABASE :"name" FROM PUBLIC;
SQL
}
create identity "$IDENTITY_PASSWORD"
create messaging "$MESSAGING_PASSWORD"
create presence "$PRESENCE_PASSWORD"
create files "$FILES_PASSWORD"
