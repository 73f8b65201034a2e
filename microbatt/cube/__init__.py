"""The labelled store: where its curves lie, its schema, creating, opening, writing and checking."""
