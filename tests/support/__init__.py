"""What the tests stand on: real servers on this machine, started and ended by the test run."""
