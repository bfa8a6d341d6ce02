"""What Linkbot costs in time and memory, measured from outside: real files, the real service, real sockets."""
