"""The whole way on real machines, told as it happens: `make demo`."""
