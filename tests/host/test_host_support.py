"""The second Docker host is what the tests of a deploy take it for, and leaves nothing behind."""
