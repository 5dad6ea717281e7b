"""What clients, brokers and servers run with where nobody says anything."""
