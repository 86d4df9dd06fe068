"""An empty database that every migration has gone through, made once for a state of the source and copied from then on.

Going through all migrations takes some ten seconds of a processor, and dozens of tests begin with an office of their own.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

SOURCE = Path(__file__).parents[2]
FOLDER = SOURCE.parents[1] / "var" / "prepared"


@cache
def _state() -> str:
    """What the tables, triggers and first rows come from: all of the source but its tests."""
    running = hashlib.sha256(sys.version.encode())
    for path in sorted(path for path in SOURCE.rglob("*.py") if "tests" not in path.parts):
        running.update(path.read_bytes())
    return running.hexdigest()[:16]


def empty_database(target: Path) -> None:
    """Put one at ``target``."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = FOLDER / f"{_state()}.sqlite3"
        if not made.exists():
            for old in FOLDER.glob("*.sqlite3"):
                old.unlink()
            with TemporaryDirectory(dir=FOLDER) as folder:
                environment = {name: value for name, value in os.environ.items() if not name.startswith(("QORGAN_", "DJANGO"))} | {"QORGAN_DATA": folder}
                command = [sys.executable, "-m", "django", "migrate", "--verbosity", "0", "--skip-checks", "--settings", "qorgan.web.settings"]
                subprocess.run(command, env=environment, check=True)
                (Path(folder) / "qorgan.sqlite3").replace(made)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(made, target)
