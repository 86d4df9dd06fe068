"""The durable procedures as a program, so that a test can kill it in the middle: ``python -m ... NAME FOLDER``."""

import sys
from pathlib import Path

from qorgan.evidence import durable

GOOD = b"the right bytes " * 1000
ACKNOWLEDGED = 1600
"""Bytes of a file that were reported as stored before the append begins."""


def perform(procedure: str, folder: Path) -> None:
    """Do one of them in ``folder``; what an earlier, broken try left there may be in the way."""
    final = folder / "final"
    match procedure:
        case "write_new":
            durable.write_new(final, GOOD)
        case "publish":
            if (folder / "temporary").exists():
                durable.publish(folder / "temporary", final)
        case "append":
            with final.open("r+b", buffering=0) as file:
                durable.append_at(file, ACKNOWLEDGED, GOOD[ACKNOWLEDGED:])
        case "rewrite":
            durable.rewrite(final, GOOD)
        case "remove":
            durable.remove(final)
        case "supplant":
            (folder / "temporary").write_bytes(GOOD)
            durable.supplant(folder / "temporary", final)
        case "publish_folder":
            if not final.exists():
                (folder / "making").mkdir(exist_ok=True)
                (folder / "making" / "inside").write_bytes(GOOD)
                durable.publish_folder(folder / "making", final)


if __name__ == "__main__":
    perform(sys.argv[1], Path(sys.argv[2]))
    sys.stdout.write("reported")
