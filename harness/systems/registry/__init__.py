"""The schema registry: its service, its REST interface, Avro."""
