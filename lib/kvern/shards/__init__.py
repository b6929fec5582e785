"""Floor 3: files for trainers, written whole or not at all, and read back."""
