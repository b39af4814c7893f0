"""The one chassis of every gRPC server, and the client's side of it.

A product team's base install has grpcio and protobuf only, so `channel`, `context`, `status` and
`structs` need no more than these; the server's side also needs the extra `local`.
"""
