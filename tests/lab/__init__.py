"""The lab: real Kubernetes clusters in two regions on one machine. `python -m tests.lab up|down|status`."""
