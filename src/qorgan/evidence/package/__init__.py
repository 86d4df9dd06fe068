"""What leaves the house with the evidence: a bag in a ZIP, written as a stream, and the program that checks it without Qorgan (444 p.14)."""

from qorgan.evidence.package.assembly import verifier_source

__all__ = ["verifier_source"]
