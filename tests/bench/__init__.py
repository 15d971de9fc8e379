"""What the pipeline costs, measured on this machine: `make bench`."""
