"""What `make bench` runs: every figure stands beside a baseline measured in the same run."""
