"""Looking into a recording: pictures, curves, cuts and conversions, made by a child process with limits.

A recorder's file may be cut, faked or hostile, and decoders are where such files strike. So the process that decodes has no key, no
file and no network address: it asks its parent for bytes over a pipe, and the parent decrypts just those. It may die; the parent
then says so in a word (:class:`qorgan.evidence.viewing.looking.ViewFailed`). Nothing it makes is stored (444 p.13).
"""
