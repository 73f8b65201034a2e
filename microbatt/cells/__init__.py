"""What a battery is: its parts, the fits of its materials, and reading it from a file."""
