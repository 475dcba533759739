"""Credentials travel under TLS with a verified certificate, or not at all."""

import ssl
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from models.mail import MailKind
from services.mail.render import MailSite, render
from services.mail.transport import SmtpTransport, TryLater
from services.vault import Vault
from tests.services.mail.examples import queued
from tests.services.mail.smtp_server import ScriptedServer

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a self-signed certificate for 127.0.0.1 and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.test")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(signed.public_bytes(serialization.Encoding.PEM) + key.private_bytes(*form))
    return path


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def message(vault: Vault, site: MailSite) -> EmailMessage:
    return render(queued(MailKind.MFA_ENABLED, vault), vault=vault, site=site)


@pytest.fixture
def with_sign_in(server: ScriptedServer, tls: ssl.SSLContext) -> ScriptedServer:
    """Offers STARTTLS, and takes no mail without it and a sign-in."""
    server.options = {
        "tls_context": tls,
        "require_starttls": True,
        "authenticator": server.authenticate,
        "auth_required": True,
        "auth_exclude_mechanism": ["LOGIN"],
    }
    return server


async def test_credentials_travel_after_starttls(
    with_sign_in: ScriptedServer, message: EmailMessage, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    await SmtpTransport(f"smtp://user:right@127.0.0.1:{with_sign_in.port}").send(message, "ada@example.org")

    assert with_sign_in.sign_ins == [(b"user", b"right")]
    assert len(with_sign_in.received) == 1


async def test_a_wrong_password_is_not_the_fault_of_the_mail(
    with_sign_in: ScriptedServer, message: EmailMessage, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    with pytest.raises(TryLater, match="turned the connection away: 535"):
        await SmtpTransport(f"smtp://user:wrong@127.0.0.1:{with_sign_in.port}").send(message, "ada@example.org")


async def test_credentials_are_kept_from_a_server_with_an_unknown_certificate(
    with_sign_in: ScriptedServer, message: EmailMessage
) -> None:
    with pytest.raises(TryLater, match="The mail server cannot be reached"):
        await SmtpTransport(f"smtp://user:right@127.0.0.1:{with_sign_in.port}").send(message, "ada@example.org")

    assert with_sign_in.sign_ins == []


async def test_credentials_are_kept_from_a_server_without_tls(server: ScriptedServer, message: EmailMessage) -> None:
    server.options = {"authenticator": server.authenticate, "auth_require_tls": False}

    with pytest.raises(TryLater, match="The mail server cannot be reached"):
        await SmtpTransport(f"smtp://user:right@127.0.0.1:{server.port}").send(message, "ada@example.org")

    assert (server.sign_ins, server.tries) == ([], 0)


async def test_smtps_speaks_tls_from_the_start(
    tls: ssl.SSLContext, message: EmailMessage, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server = ScriptedServer(tls=tls)
    await server.start()

    await SmtpTransport(f"smtps://127.0.0.1:{server.port}").send(message, "ada@example.org")

    assert len(server.received) == 1
    await server.stop()


async def test_without_credentials_any_certificate_will_do_for_starttls(
    server: ScriptedServer, tls: ssl.SSLContext, message: EmailMessage
) -> None:
    server.options = {"tls_context": tls, "require_starttls": True}

    await SmtpTransport(f"smtp://127.0.0.1:{server.port}").send(message, "ada@example.org")

    assert len(server.received) == 1
