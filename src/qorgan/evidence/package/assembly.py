"""``verify.py`` out of its parts: one file for the receiver, who has Python and ``cryptography`` and not Qorgan."""

import ast
from functools import cache
from pathlib import Path

PARTS = (
    "findings", "words_form", "words_proof", "words", "files", "layout", "zipped", "agefile", "bag", "notes", "ledger", "der", "stamps", "custody",
    "check", "program",
)  # fmt: skip
"""In the order in which each needs only those before it."""

_OWN = "qorgan."
_HEAD = '''#!/usr/bin/env python3
"""Checks a package handed over by Qorgan: without Qorgan, without a network, with Python 3.11 or newer and its package ``cryptography``.

    python verify.py PACKAGE [--key KEY] [--witness FILE] [--language kk|ru|en] [--format json]

Exit code 0: all that was checked holds; 1: something does not hold; 2: nothing fails, but something could not be checked, or the command was
wrong. What stands under "compare yourself" does not change the exit code: give --key with the office's public key got in another way.

This file brings no trust of its own: whoever could change the package could change this file. Take it from elsewhere if you can.
"""

'''
_TAIL = """

if __name__ == "__main__":
    sys.exit(main())
"""


@cache
def verifier_source() -> bytes:
    """The bytes of ``verify.py``. The same for the same version of Qorgan."""
    imports: dict[str, set[str]] = {}
    bodies = []
    for part in PARTS:
        source = (Path(__file__).parent / "verifier" / f"{part}.py").read_text(encoding="utf-8")
        bodies.append(_body(part, source, imports))
    lines = [f"import {name}" for name in sorted(imports.pop("", set()))]
    lines += [f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(imports.items())]
    return (_HEAD + "\n".join(lines) + "\n" + "".join(bodies) + _TAIL).encode()


def _body(part: str, source: str, imports: dict[str, set[str]]) -> str:
    """A part without its imports, which are gathered in ``imports`` (``""`` for whole modules); its docstring becomes a comment."""
    lines = source.split("\n")
    gone: set[int] = set()
    tree = ast.parse(source)
    for node in tree.body:
        if isinstance(node, ast.Import):
            imports.setdefault("", set()).update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if not str(node.module).startswith(_OWN):
                imports.setdefault(str(node.module), set()).update(alias.name for alias in node.names)
        elif not (node is tree.body[0] and isinstance(node, ast.Expr)):
            continue
        gone.update(range(node.lineno - 1, node.end_lineno or node.lineno))
    told = (ast.get_docstring(tree) or part).split("\n")
    kept = "\n".join(line for number, line in enumerate(lines) if number not in gone).strip("\n")
    return "\n\n" + "\n".join(f"# {line}".rstrip() for line in told) + "\n\n" + kept + "\n"
