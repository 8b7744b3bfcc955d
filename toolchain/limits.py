"""gRPC settings of every server and channel here, the engine's own."""

MESSAGE_BYTES = 400 * 1024 * 1024
"""Largest message either way."""

GRPC_OPTIONS = [("grpc.max_receive_message_length", MESSAGE_BYTES), ("grpc.max_send_message_length", MESSAGE_BYTES)]
