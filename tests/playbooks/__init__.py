"""The playbooks on three real clusters, run as a user runs them: what they do, say and leave, also where they are killed or refused."""
