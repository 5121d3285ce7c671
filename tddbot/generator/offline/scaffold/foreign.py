"""Modules that nobody means to write: Python's own, and well-known ones that are merely not installed."""

import sys
import typing
from pathlib import PurePosixPath

ROOTS = frozenset({"src", "lib", "python"})
"""Directories that hold packages and are none."""

_POPULAR = """
    PIL PyQt5 PyQt6 aiofiles aiohttp alembic altair anthropic anyio apscheduler arrow asgiref asyncpg attr attrs babel
    bcrypt black bleach blinker bokeh boto3 botocore brotli bs4 cachetools cattr cattrs celery certifi cffi chardet
    charset_normalizer cherrypy click cloudpickle colorama coverage cryptography cssselect cv2 cycler cython dask
    dateutil decouple defusedxml deprecated dill distributed django dns docker docutils dotenv elasticsearch environ
    factory faker falcon fastapi feedparser filelock fire flask flask_login flask_sqlalchemy freezegun fsspec gevent
    git github google graphene graphql greenlet grpc gunicorn h11 h2 h5py hiredis html5lib httpcore httpx hypothesis
    idna imageio importlib_metadata importlib_resources invoke ipdb ipykernel ipython isort itsdangerous jax jinja2
    jmespath joblib jose jsonpickle jsonschema jwt keras keyring kombu langchain lark libcst lightgbm llvmlite loguru
    lxml mako markdown markdown_it markupsafe marshmallow matplotlib mock mongoengine moto msgpack msgspec multidict
    mypy mysql mysqlclient nacl nbformat networkx nltk nose notebook numba numexpr numpy oauthlib odoo openai openpyxl
    orjson packaging pandas paramiko parameterized passlib patsy peewee pendulum pexpect pip pipenv pkg_resources
    platformdirs playwright plotly pluggy polars prometheus_client prompt_toolkit psutil psycopg psycopg2 pyarrow
    pyasn1 pycparser pydantic pydantic_settings pygame pygments pyinotify pylint pymongo pymysql pyodbc pyparsing
    pyperclip pyrsistent pyspark pytest pytest_asyncio pytest_httpx pytest_mock pytz pywintypes qrcode redis regex
    reportlab requests requests_mock respx responses retrying rich rsa ruamel ruff s3fs schedule scipy scrapy seaborn
    selenium sentry_sdk serial setuptools shapely simplejson six skimage sklearn slugify sniffio sortedcontainers
    sphinx sqlalchemy sqlmodel sqlparse starlette statsmodels streamlit structlog sympy tables tabulate tenacity
    tensorflow termcolor testcontainers tinydb toml tomli tomlkit toolz torch torchvision tornado tox tqdm transformers
    trio tweepy twisted typeguard typer typing_extensions tzlocal ujson unidecode urllib3 uvicorn uvloop validators
    vcr virtualenv voluptuous watchdog watchfiles werkzeug wheel wrapt wtforms xarray xgboost xlrd xlsxwriter
    xmltodict yaml yarl zmq zstandard
"""

_KNOWN = frozenset(_POPULAR.split())
"""Names that popular distributions are imported by; what a project declares itself is left out of its brief."""


_FAMILIAR = frozenset(
    {
        "Path", "dataclass", "field", "Enum", "auto", "Decimal", "Fraction", "datetime", "timedelta", "date", "partial",
        "defaultdict", "deque", "contextmanager", "lru_cache", "cached_property", "wraps", "np", "pd", "plt",
        *typing.__all__,
    }
)  # fmt: skip


def is_imported(name: str) -> bool:
    """Whether a bare name is one that people import: where it is missing, so is its import."""
    return name in _FAMILIAR or name in _KNOWN or name in sys.stdlib_module_names


def is_foreign(path: str) -> bool:
    """Whether a module that would live at `path` is not the project's to write, by the name it is imported by."""
    parts = PurePosixPath(path).with_suffix("").parts
    top = next((part for part in parts if part not in ROOTS), "")
    return top in _KNOWN or top in sys.stdlib_module_names or top.startswith("pytest_")
