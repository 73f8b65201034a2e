"""One face for every simulator: the request, the result, and the engines themselves."""
