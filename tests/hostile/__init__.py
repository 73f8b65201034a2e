"""Attacks and accidents that the package has to withstand, as they were found."""
