"""The services' own tests: run each in its stage, tell what came of it, keep what passed."""
