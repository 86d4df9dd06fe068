"""``python -m qorgan.evidence.package PATH``: the verifier where only the evidence room is installed, on a dock for one."""

import sys

from qorgan.evidence.package.verifier.program import main

if __name__ == "__main__":
    sys.exit(main())
