"""Where a request comes from."""

from starlette.requests import Request

from services.actor import Origin


def origin_of(request: Request) -> Origin:
    return Origin(
        ip_address=request.client.host if request.client else None,
        user_agent=request.headers.get("user-agent"),
        request_id=request.state.request_id,
    )
