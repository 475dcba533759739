"""How a try to send a mail can fail. The reasons are shown to administrators: no hosts, no secrets."""


class Refused(Exception):
    """For good: another try would be refused as well."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TryLater(Exception):
    """For now: the server is away, busy or set up wrongly."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
