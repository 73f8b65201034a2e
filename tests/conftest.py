"""Settings that every test shares."""

from hypothesis import settings

# Cores are shared and the first call of a kernel compiles it: time says nothing about a claim.
settings.register_profile("microbatt", deadline=None)
settings.load_profile("microbatt")
