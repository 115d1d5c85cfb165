"""Readers, one a source family. Each turns a file into a :class:`assistant.model.Source`."""
