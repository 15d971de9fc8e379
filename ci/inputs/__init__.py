"""What a service is built from, derived from its Dockerfile under its ignore file."""
