"""An estimate as one self-contained page for people, and as numbers for programs."""
