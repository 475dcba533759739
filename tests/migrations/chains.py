"""Packages of migrations for tests: the first few of the real ones, and what a test adds."""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import anyio

import models.migrations
from tests.running import ROOT

REAL = sorted(path.stem for path in Path(next(iter(models.migrations.__path__))).glob("[0-9]*.py"))
"""The names of the real migrations, oldest first."""

HEAD = """
import os
import signal
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from models.migrating.filling import Fill
from models.migrating.rebuilding import RebuildKeys

class Migration(migrations.Migration):
    dependencies = {dependencies}
    operations = [{operations}]
"""

STEPS = [
    "ops.AddField(model_name='User', name='rank', field=fields.IntField(null=True, db_index=True)),",
    "ops.RunSQL('UPDATE users SET rank = 7'),",
    "ops.AlterField(model_name='User', name='rank', field=fields.IntField(default=1)),",
    "ops.AddConstraint(model_name='User', constraint=CheckConstraint(check='rank > 0', name='positive')),",
]
CHANGE = "".join(STEPS)
KILL = "ops.RunPython(lambda apps, editor: os.environ.get('KILL') and os.kill(os.getpid(), signal.SIGKILL)),"
FAIL = "ops.RunSQL('SELECT 1 FROM no_such_table'),"


@dataclass
class Chains:
    """Writes packages into a folder that is on the module path."""

    folder: Path

    def first(self, count: int) -> str:
        """A package of the first real migrations; its name."""
        package = self.folder / f"chain_{uuid4().hex}"
        package.mkdir()
        (package / "__init__.py").touch()
        for name in REAL[:count]:
            source = Path(next(iter(models.migrations.__path__))) / f"{name}.py"
            shutil.copy(source, package)
        return package.name

    def extended(self, **added: str) -> str:
        """A package of all real migrations, then those given as name and operations."""
        package = self.first(len(REAL))
        for name, operations in added.items():
            self.add(package, name, operations)
        return package

    def add(self, package: str, name: str, operations: str) -> None:
        """Puts one more migration at the end of the package."""
        folder = self.folder / package
        before = sorted(path.stem for path in folder.glob("[!_]*.py"))
        dependencies = [("models", before[-1])] if before else []
        text = HEAD.format(dependencies=dependencies, operations=operations)
        (folder / f"{name}.py").write_text(text)

    def replace(self, package: str, name: str, operations: str) -> None:
        """Writes the last migration anew."""
        (self.folder / package / f"{name}.py").unlink()
        self.add(package, name, operations)

    async def migrating(self, url: str, package: str, **environment: str) -> tuple[int, list[str]]:
        """Migrates in a process of its own; gives how it ended and the names that it printed."""
        paths = {"PYTHONPATH": f"{ROOT}{os.pathsep}{self.folder}"}
        program = [sys.executable, "-m", "tests.migrations.migrating_process", url, package]
        ended = await anyio.run_process(program, check=False, env=os.environ | paths | environment, cwd=ROOT)
        return ended.returncode, ended.stdout.decode().split()


def silent(line: str) -> None:
    """Nobody listens to the report."""
