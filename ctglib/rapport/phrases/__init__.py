"""French sentences, each built from its numbers."""
