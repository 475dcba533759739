"""The Python functions of a compiled operation while they are being written."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from schema.execution.compiled.running import odd
from schema.ids import global_id


@dataclass
class Body:
    """A function being written: what comes first in it, and whether its expressions run for each item of a list."""

    loops: bool
    prelude: list[str] = field(default_factory=list)


@dataclass
class Program:
    """Functions by name, and what else they refer to. Every function ends with the parameter `x`, the Run."""

    names: dict[str, Any] = field(default_factory=lambda: {"odd": odd, "global_id": global_id})
    _bodies: list[Body] = field(default_factory=list)
    _known: dict[int, str] = field(default_factory=dict)
    _count: int = 0

    def fresh(self, letter: str) -> str:
        """A name that nothing else has."""
        self._count += 1
        return f"{letter}{self._count}"

    def name(self, value: Any) -> str:
        """A name under which the functions reach the value."""
        if id(value) not in self._known:
            self._known[id(value)] = name = self.fresh("v")
            self.names[name] = value
        return self._known[id(value)]

    @contextmanager
    def body(self, *, loops: bool) -> Iterator[Body]:
        """What is written meanwhile belongs to one function."""
        body = Body(loops)
        self._bodies.append(body)
        try:
            yield body
        finally:
            self._bodies.pop()

    @property
    def loops(self) -> bool:
        return self._bodies[-1].loops

    def first(self, letter: str, expression: str) -> str:
        """The name of a value that the function makes once, before anything else."""
        name = self.fresh(letter)
        self._bodies[-1].prelude.append(f"{name} = {expression}")
        return name

    def function(self, parameter: str, body: Body, lines: list[str]) -> str:
        """Defines a function of this parameter and `x`, and gives its name."""
        name = self.fresh("f")
        source = "\n".join([f"def {name}({parameter}, x):", *(f"    {line}" for line in [*body.prelude, *lines])])
        exec(compile(source, f"<compiled {name}>", "exec"), self.names)  # noqa: S102  written here, of our own schema
        return name
