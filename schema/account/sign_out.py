"""`signOut`"""

from schema.context import Info
from schema.payloads import AcknowledgedPayload
from services.sessions import sign_out as end


async def sign_out(info: Info) -> AcknowledgedPayload:
    await end(info.context.signed_in, now=info.context.now)
    return AcknowledgedPayload()
