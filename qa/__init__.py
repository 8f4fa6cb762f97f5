"""A question in, a checked Answer out: condense, analyse, retrieve, select, answer, cite."""
