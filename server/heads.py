"""The headers of a request. Starlette makes an object of them, and an exception of each that is missing."""

from starlette.requests import Request


def header(request: Request, name: bytes) -> str | None:
    """The first one of this name, which is given in small letters, as ASGI has names."""
    for each, value in request.scope["headers"]:
        if each == name:
            text: str = value.decode("latin-1")
            return text
    return None
