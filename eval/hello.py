"""A plain FastAPI that says hello, the least that a server of this kind does: python -m eval.hello PORT"""

import sys

import uvicorn
from fastapi import FastAPI


def create_hello() -> FastAPI:
    """One route, at /."""
    app = FastAPI()

    @app.get("/")
    def hello() -> dict[str, str]:  # in a thread, as what Youju answers is
        return {"hello": "world"}

    return app


if __name__ == "__main__":
    uvicorn.run(create_hello(), port=int(sys.argv[1]), log_level="warning")
