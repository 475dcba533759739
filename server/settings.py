"""Every setting, read from the environment (`ROLLCALL_…`) or a `.env` file; nothing else reads either."""

import os
import re
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from models.database import tortoise_config
from schema.execution.rules import COST_LIMIT, Introspection
from schema.execution.trusted import TrustedDocuments
from server.forwarded import ClientIPHeader
from services.email_addresses import SPECIAL_USE_DOMAINS
from services.mail.render import MailSite
from services.mail.smtp_url import SmtpServer

SHORTEST_KEY = 32
HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'+.^_`|~-]+")
"""A token of RFC 9110, 5.6.2, without `*`, which is a wildcard in CORS."""
ORIGIN = re.compile(r"https?://(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:\d+)?")


class BadSettings(Exception):
    """A setting is wrong or missing; the message is one sentence for each, naming it."""


class Settings(BaseSettings):
    """What can be set. Each field is `ROLLCALL_<FIELD>` in upper case; docs/operations.md explains them."""

    model_config = SettingsConfigDict(
        env_prefix="ROLLCALL_", env_file=".env", extra="ignore", arbitrary_types_allowed=True
    )

    database_url: SecretStr
    secret_key: Annotated[list[SecretStr], NoDecode]
    """The key that seals secrets; several, separated by commas, while it is rotated: the first one seals."""
    frontend_url: str = "http://127.0.0.1:8000"
    public_url: str = "http://127.0.0.1:8000"
    smtp_url: SecretStr | None = None
    mail_from: str = "Rollcall <no-reply@rollcall.example>"
    mail_folder: Path = Path("var/mails")
    avatars: Literal["initials", "gravatar", "off"] = "initials"
    graphiql: bool = True
    get_queries: bool = False
    """Queries by GET, too; mutations never."""
    sign_in_failures: int = Field(default=100, ge=0)
    """Wrong guesses from one address of origin within 15 minutes, after which it is not heard; 0: no limit."""
    trusted_proxies: Annotated[list[IPv4Network | IPv6Network], NoDecode] = []
    """Networks whose `X-Forwarded-For` is believed, separated by commas; none by default."""
    client_ip_header: ClientIPHeader = "X-Forwarded-For"
    """The header in which trusted proxies name the client; the other one is never read."""
    demo_email: str = ""
    """Filled in for the reader of GraphiQL; `make serve` sets it."""
    allowed_special_domains: Annotated[list[str], NoDecode] = []
    """Reserved top-level domains whose addresses are accepted, separated by commas; none by default."""
    log_format: Literal["json", "text"] = "json"
    cors_origins: Annotated[list[str], NoDecode] = []
    """Origins whose pages may call the API from a browser, separated by commas; none by default."""
    cors_headers: Annotated[list[str], NoDecode] = []
    """Headers that those pages may send beside the usual ones, separated by commas; none by default."""
    cost_limit: int = Field(default=COST_LIMIT, ge=1)
    """Points that an operation may cost; a point is two to six microseconds of CPU."""
    introspection: Introspection = "signed-in"
    """Who may read the schema: everybody (`public`), users (`signed-in`), nobody (`off`)."""
    trusted_documents: Annotated[TrustedDocuments | None, NoDecode] = None
    """A file with the SHA-256 of each document that is executed; nothing else is, and GraphiQL is off."""
    database_connections: int = Field(default=16, ge=1, le=1000)
    shutdown_delay: float = Field(default=5, ge=0, le=120)
    """Seconds that a server told to stop goes on serving, while readiness says no."""
    metrics_port: int | None = Field(default=None, ge=1, le=65535)
    """`/metrics` on a port of its own, on the address of `--host`, and not beside the API."""
    otlp_endpoint: str | None = Field(default=None, validate_default=True)
    """A collector of OpenTelemetry; OTEL_EXPORTER_OTLP_ENDPOINT where this is not set. Neither: no traces."""

    @field_validator(
        "secret_key", "trusted_proxies", "cors_origins", "cors_headers", "allowed_special_domains", mode="before"
    )
    @classmethod
    def _several(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("client_ip_header", mode="before")
    @classmethod
    def _any_case(cls, name: object) -> object:
        return name.strip().title() if isinstance(name, str) else name

    @field_validator("trusted_documents", mode="before")
    @classmethod
    def _listed(cls, path: object) -> object:
        try:
            return TrustedDocuments.read(Path(path).read_text("utf-8")) if isinstance(path, str) and path else None
        except OSError as error:
            raise ValueError(f"the file cannot be read ({error.strerror})") from None

    @field_validator("otlp_endpoint", mode="before")
    @classmethod
    def _standard(cls, endpoint: object) -> object:
        return endpoint or os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT") or None

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, origins: list[str]) -> list[str]:
        if not all(ORIGIN.fullmatch(origin) for origin in origins):
            raise ValueError("must be origins such as https://app.example.org, without a path")
        return origins

    @field_validator("allowed_special_domains")
    @classmethod
    def _special_domains(cls, domains: list[str]) -> list[str]:
        if not set(domains) <= set(SPECIAL_USE_DOMAINS):
            raise ValueError(f"must be some of {', '.join(SPECIAL_USE_DOMAINS)}, separated by commas")
        return domains

    @field_validator("cors_headers")
    @classmethod
    def _header_names(cls, names: list[str]) -> list[str]:
        if not all(HEADER_NAME.fullmatch(name) for name in names):
            raise ValueError("must be names of headers such as X-Client-Version")
        return names

    @field_validator("secret_key")
    @classmethod
    def _long_keys(cls, keys: list[SecretStr]) -> list[SecretStr]:
        if not keys or any(len(key.get_secret_value()) < SHORTEST_KEY for key in keys):
            raise ValueError(f"needs at least {SHORTEST_KEY} characters")
        return keys

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: SecretStr) -> SecretStr:
        tortoise_config(url.get_secret_value())
        return url

    @field_validator("frontend_url", "public_url", "otlp_endpoint")
    @classmethod
    def _web_address(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("must be an address such as https://app.example.org")
        return url.rstrip("/")

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None:
            SmtpServer.at(url.get_secret_value())
        return url

    @field_validator("mail_from")
    @classmethod
    def _one_sender(cls, sender: str) -> str:
        MailSite(frontend_url="", sender=sender)
        return sender

    @property
    def keys(self) -> list[str]:
        return [key.get_secret_value() for key in self.secret_key]

    @classmethod
    def read(cls, **given: object) -> Self:
        """Raises BadSettings with a sentence for each setting that is wrong or missing."""
        try:
            return cls(**given)  # type: ignore[arg-type]
        except ValidationError as error:
            raise BadSettings("\n".join(_sentence(fault) for fault in error.errors(include_input=False))) from None


def share_metrics(folder: Path) -> None:
    """From here on this process and its workers count together; prometheus-client reads nothing but the environment."""
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def _sentence(fault: object) -> str:
    assert isinstance(fault, dict)
    name = "ROLLCALL_" + "_".join(str(part) for part in fault["loc"][:1]).upper()
    if fault["type"] == "missing":
        return f"{name} is not set; docs/operations.md says what it is for."
    reason = str(fault["msg"]).removeprefix("Value error, ")
    return f"{name} is wrong: {reason}."
