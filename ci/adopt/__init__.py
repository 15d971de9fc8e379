"""What keeps a repository from being built and deployed by this pipeline, found without building anything."""
