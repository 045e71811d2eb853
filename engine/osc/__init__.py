"""OSC: messages to bytes and back, without sockets."""
