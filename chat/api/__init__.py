"""HTTP twins of the sockets' frames (docs/protocol.md): the same actions, other doors."""
