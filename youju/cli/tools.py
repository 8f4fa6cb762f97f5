"""youju mcp."""

from youju.cli.options import HomeOption, open_library


def mcp(home: HomeOption = None) -> None:
    """Give ask, search and read_article to a language model: a Model Context Protocol server on the pipes of this program."""
    from web.mcp import mcp_server

    library = open_library(home)
    library.warm_up()
    mcp_server(library).run("stdio")
