"""Programs that are not ours say the same of a package: pymerkle of the tree, bagit of the bag, sha256sum and openssl as the reference tells."""

import json
import re
import subprocess
from base64 import b64decode
from pathlib import Path
from typing import Any

import bagit
import pytest
from pymerkle import InmemoryTree

from qorgan.evidence.checkpoint import Checkpoint
from qorgan.evidence.package.tests.office import Office, write

PAGE = Path(__file__).parents[5] / "docs" / "reference" / "package.md"


def test_the_root_is_pymerkles(made: dict[str, Any], office: Office) -> None:
    tree = InmemoryTree(algorithm="sha256")
    for position in range(len(office.entries)):
        tree.append_entry(office.commitment(position))
    checkpoint = Checkpoint.open(made["extras"]["ledger/checkpoint"].decode(), [office.key.verifier])
    assert (tree.get_size(), tree.get_root()) == (checkpoint.size, checkpoint.root)
    proofs = [(int(Path(path).stem), content.decode()) for path, content in made["extras"].items() if path.endswith(".tlog-proof")]
    for position, text in proofs:
        ours = [b64decode(line) for line in text.split("\n\n")[0].split("\n")[2:]]
        theirs = [bytes.fromhex(node) for node in tree.prove_inclusion(position + 1).serialize()["path"][1:]]
        assert ours == theirs


def test_the_bag_is_bagits(made: dict[str, Any], tmp_path: Path) -> None:
    subprocess.run(["unzip", "-qq", write(made, tmp_path / "package.zip"), "-d", tmp_path], check=True)
    folder = tmp_path / "qorgan-2026-0001"
    bag = bagit.Bag(str(folder))
    bag.validate()
    assert bag.is_valid()
    recording = next((folder / "data" / "recordings").iterdir())
    recording.chmod(0o644)
    recording.write_bytes(b"changed")
    with pytest.raises(bagit.BagValidationError):
        bag.validate()


def by_hand(folder: Path, position: int) -> subprocess.CompletedProcess[str]:
    """Do what the page says, block by block, ending at the first command that fails."""
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8").partition("## By hand")[2], re.DOTALL)
    assert len(blocks) == 4
    script = "set -e -o pipefail\n" + "\n".join(blocks).replace("300", str(position))
    return subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)


def test_by_hand_as_the_reference_tells(made: dict[str, Any], package: dict[str, Any], office: Office, tmp_path: Path) -> None:
    position = json.loads(made["extras"]["data/custody.json"])["recordings"][0]["position"]
    good, bad = tmp_path / "good", tmp_path / "bad"
    good.mkdir()
    bad.mkdir()
    write(made, good / "package.zip")
    done = by_hand(good, position)
    assert done.returncode == 0, done.stderr
    assert "Signature Verified Successfully" in done.stdout
    assert office.commitment(position).hex() in done.stdout
    assert "Verification: OK" in done.stdout + done.stderr
    package["extras"]["ledger/checkpoint"] = package["extras"]["ledger/checkpoint"].replace(b"\n323\n", b"\n324\n")
    write(package, bad / "package.zip")
    assert by_hand(bad, position).returncode != 0
