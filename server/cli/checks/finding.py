"""One line of `rollcall doctor`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """`says` never holds a secret; where something is not fine, it also says what to do."""

    about: str
    says: str
    fine: bool = True

    def __str__(self) -> str:
        return f"{'✓' if self.fine else '✗'} {self.about:<12} {self.says}"
