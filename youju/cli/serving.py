"""youju serve."""

from typing import Annotated

import typer

from youju.cli.options import HomeOption, origins_in


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on [default: 127.0.0.1]")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on [default: 7860]")] = None,
    root_path: Annotated[
        str | None, typer.Option(help="Path below which a proxy serves this, such as /youju [default: none]")
    ] = None,
    model_form: Annotated[
        bool | None,
        typer.Option("--model-form", help="Let the page set the language model: on your own machine alone."),
    ] = None,
    auth: Annotated[
        bool | None,
        typer.Option("--auth/--no-auth", help="Ask for a key or the password [default: off this machine]"),
    ] = None,
    origin: Annotated[
        list[str] | None,
        typer.Option("--origin", callback=origins_in, help="A site whose pages may ask and read; more than once."),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Serve the chat at / and the API under /api."""
    # Gradio takes seconds to import; only this command pays for it.
    from app import serve as serve_app
    from youju.settings import load_settings

    serve_app(
        load_settings(
            host=host, port=port, root_path=root_path, model_form=model_form, auth=auth, origins=origin, home=home
        )
    )
