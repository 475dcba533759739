"""How far a long command is: a bar or a running clock in a terminal, plain lines in a log."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext


@contextmanager
def counting(what: str, total: int, of: str = "users") -> Iterator[Callable[[int], None]]:
    """Gives a function that takes how many of `total` are done."""
    from rich.console import Console

    console, began = Console(), time.monotonic()
    with _bar(console, what, total) if console.is_terminal else _lines(what, total, of) as progress:
        yield progress
    seconds = time.monotonic() - began
    print(f"{what}: {total} {of} in {seconds:.1f} s ({total / max(seconds, 0.001):.0f} a second).")


@contextmanager
def _bar(console: object, what: str, total: int) -> Iterator[Callable[[int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    assert isinstance(console, Console)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as shown:
        task = shown.add_task(what, total=total)
        yield lambda done: shown.update(task, completed=done)


@contextmanager
def _lines(what: str, total: int, of: str) -> Iterator[Callable[[int], None]]:
    tenths = 0

    def progress(done: int) -> None:
        nonlocal tenths
        if total and 10 * done // total > tenths and done < total:
            tenths = 10 * done // total
            print(f"{what}: {done} of {total} {of}", flush=True)

    yield progress


@contextmanager
def timing() -> Iterator[Callable[[str], None]]:
    """Gives a function that takes what is begun now, in a sentence; in a terminal a clock runs behind it."""
    from rich.console import Console

    console = Console()
    with _clock(console) if console.is_terminal else nullcontext(_line) as report:
        yield report


def _line(sentence: str) -> None:
    print(sentence, flush=True)


@contextmanager
def _clock(console: object) -> Iterator[Callable[[str], None]]:
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    assert isinstance(console, Console)
    columns = (TextColumn("{task.description}", markup=False), TimeElapsedColumn(), SpinnerColumn())
    with Progress(*columns, console=console) as shown:

        def end() -> None:
            for task in shown.tasks:
                shown.update(task.id, total=1, completed=1)

        def begin(sentence: str) -> None:
            end()
            shown.add_task(sentence, total=None)

        yield begin
        end()
