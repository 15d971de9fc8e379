"""A compose project as Compose itself reads it, and the lines on which a person finds its keys."""
