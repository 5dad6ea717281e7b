"""The source database: its tables, and its binary log as the oracle."""
