"""The headers of a request. Starlette makes an object of them, and an exception of each that is missing."""

from starlette.requests import Request


def header(request: Request, name: bytes) -> str | None:
    """The first one of this name, which is given in small letters, as ASGI has names."""
    for each, value in request.scope["headers"]:
        if each == name:
            text: str = value.decode("latin-1")
            return text
    return None


def lines(request: Request, name: bytes) -> list[str]:
    """The values of all lines of this name, in their order."""
    return [value.decode("latin-1") for each, value in request.scope["headers"] if each == name]


def combined(request: Request, name: bytes) -> str | None:
    """The lines of this name as one list (RFC 9110, 5.3), or None without any."""
    found = lines(request, name)
    return ", ".join(found) if found else None
