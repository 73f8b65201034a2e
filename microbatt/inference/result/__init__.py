"""What an inference answers: the estimate, its diagnostics, its text and its dataset."""
