"""What goes out: messages beside rows, result files, and what a person reads on the terminal."""
