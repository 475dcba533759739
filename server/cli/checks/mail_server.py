"""Whether the mail server takes our connection."""

import ssl

from aiosmtplib import SMTP, SMTPException

from server.cli.checks.finding import Finding
from server.cli.database import reason_of
from server.settings import Settings
from services.mail.smtp_url import SmtpServer

PATIENCE_SECONDS = 5


async def check_mail_server(settings: Settings) -> Finding:
    """Connects, greets and, where the URL has a name and password, signs in. Sends nothing."""
    if settings.smtp_url is None:
        return Finding("mail server", f"none is set (ROLLCALL_SMTP_URL): mails go to files in {settings.mail_folder}")
    try:
        server = SmtpServer.at(settings.smtp_url.get_secret_value())
    except ValueError as error:
        return Finding("mail server", f"{error}: correct ROLLCALL_SMTP_URL", fine=False)
    place = f"{server.host}:{server.port}"
    client = _client(server)
    try:
        await client.connect()
        await client.ehlo()
    except (SMTPException, OSError) as error:
        says = f"{place} does not take our connection ({reason_of(error)}): see to it, or correct ROLLCALL_SMTP_URL"
        return Finding("mail server", says, fine=False)
    finally:
        client.close()
    return Finding("mail server", f"{place} answers")


def _client(server: SmtpServer) -> SMTP:
    context = ssl.create_default_context()
    if not server.needs_tls:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return SMTP(
        hostname=server.host,
        port=server.port,
        username=server.user,
        password=server.password,
        use_tls=server.tls_from_start,
        start_tls=server.start_tls,
        tls_context=context,
        timeout=PATIENCE_SECONDS,
    )
