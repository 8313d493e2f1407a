"""Settings of the identity service."""

from datetime import timedelta

from chassis.passwords import Cost
from chassis.settings import DatabaseSettings
from pydantic import Field, SecretStr


class Settings(DatabaseSettings):
    """What identity needs besides what every service needs."""

    redis_url: SecretStr
    # Encrypts the signing keys at rest.
    identity_secret: SecretStr = Field(min_length=32)

    access_token_seconds: int = Field(900, ge=1, le=900)
    refresh_token_days: int = Field(30, ge=1)
    # A session ends then, however often it is refreshed.
    session_days: int = Field(90, ge=1)

    login_failures_per_email: int = Field(5, ge=1)
    login_failures_per_address: int = Field(50, ge=1)
    login_window_seconds: int = Field(300, ge=1)
    registrations_per_address: int = Field(100, ge=1)
    registration_window_seconds: int = Field(600, ge=1)

    # OWASP's argon2id parameters; passwords are hashed anew at sign-in when they change.
    password_time_cost: int = Field(2, ge=1)
    password_memory_kib: int = Field(19 * 1024, ge=8)
    password_threads: int = Field(2, ge=1)
    password_queue: int = Field(64, ge=0)

    @property
    def password_cost(self) -> Cost:
        return Cost(self.password_time_cost, self.password_memory_kib, self.password_threads, self.password_queue)

    @property
    def refresh_token_lifetime(self) -> timedelta:
        return timedelta(days=self.refresh_token_days)

    @property
    def session_lifetime(self) -> timedelta:
        return timedelta(days=self.session_days)
