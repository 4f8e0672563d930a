"""The consistency check: rules on what the convention writes, each finding with its place and a question."""
