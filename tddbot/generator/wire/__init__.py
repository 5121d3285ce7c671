"""The line to a server: how it speaks, every way a call can end, and a recording in its place."""
