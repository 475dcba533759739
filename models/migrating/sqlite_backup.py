"""A copy of a SQLite file from before it is migrated."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote


def back_up(file: Path, migration: str) -> Path:
    """Copies the file to `<file>.before-<migration>`, with the same permissions, and gives the copy's path.

    SQLite's own backup: it sees what is committed, also while a transaction is open elsewhere. An older copy of the
    same name, of an attempt that was undone, is replaced.
    """
    copy = file.with_name(f"{file.name}.before-{migration}")
    part = copy.with_name(f"{copy.name}.part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    source = sqlite3.connect(f"file:{quote(str(file.absolute()))}?mode=ro", uri=True)
    with closing(source), closing(sqlite3.connect(part)) as target:
        source.backup(target)
    shutil.copymode(file, part)
    part.replace(copy)
    return copy
