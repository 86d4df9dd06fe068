"""The parts of ``verify.py``. They use the standard library, ``cryptography`` and each other, nothing of Qorgan: together they are one file."""
