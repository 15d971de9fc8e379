"""An engine and a CLI on any machine: the standard library only, Python 3.11 or newer."""
