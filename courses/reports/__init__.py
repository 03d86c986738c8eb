"""What is printed. A frozen data object becomes bytes; nothing here queries."""
