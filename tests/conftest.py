"""What holds for all tests."""

from hypothesis import settings

# A busy machine is no failure; the suite has a timeout of its own.
settings.register_profile("linkbot", deadline=None)
settings.load_profile("linkbot")
