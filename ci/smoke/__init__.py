"""Whether a host's users can do what they come for: asked through its SSH, changing nothing."""
