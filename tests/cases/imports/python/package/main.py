import app
from app.core import run


def start():
    run()
