"""The foreign forms of question sets that `eval.importers` reads; by itself, since the command line lists them."""

from enum import StrEnum


class Form(StrEnum):
    """Who publishes sets in that form is told by the importer's module."""

    SQUAD = "squad"
    RGB = "rgb"
    CRUD = "crud"
    RAGEVAL = "rageval"
    BEIR = "beir"
    CSV = "csv"
