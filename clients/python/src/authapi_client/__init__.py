"""A client of authapi for programs in Python, on httpx."""

from authapi_client.account import LoginResult, Status
from authapi_client.async_client import AsyncAuthClient
from authapi_client.auth import AuthapiAuth
from authapi_client.client import AuthClient
from authapi_client.errors import (
    AuthapiError,
    HtmlAnswer,
    InsecureAddress,
    LoggedOut,
    NotTheApi,
    Redirected,
    Refused,
    SecondFactorRequired,
    SecondStepOver,
    SessionEnded,
    StoreError,
    Unavailable,
    Unreachable,
)
from authapi_client.options import Options
from authapi_client.stores import FileLock, FileStore, Lock, LockName, MemoryStore, Store
from authapi_client.version import __version__

__all__ = [
    "AsyncAuthClient",
    "AuthClient",
    "AuthapiAuth",
    "AuthapiError",
    "FileLock",
    "FileStore",
    "HtmlAnswer",
    "InsecureAddress",
    "Lock",
    "LockName",
    "LoggedOut",
    "LoginResult",
    "MemoryStore",
    "NotTheApi",
    "Options",
    "Redirected",
    "Refused",
    "SecondFactorRequired",
    "SecondStepOver",
    "SessionEnded",
    "Status",
    "Store",
    "StoreError",
    "Unavailable",
    "Unreachable",
    "__version__",
]
