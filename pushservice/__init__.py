"""A web push service for the loopback interface: what the demo, the tests and the load tests send to."""
