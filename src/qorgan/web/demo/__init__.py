"""The demonstration: an office with a named cast and real files, so that a newcomer sees recordings arrive and plays one."""
