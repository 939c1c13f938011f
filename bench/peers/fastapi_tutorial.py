"""FastAPI with PyJWT, passlib and PyMongo, as the tutorial prototype was.

Documentation: FastAPI, "OAuth2 with Password (and hashing), Bearer with JWT tokens"
(fastapi.tiangolo.com/tutorial/security/oauth2-jwt), and PyMongo's own. Refresh tokens stand in a
collection; views that block are plain `def`, which FastAPI runs in threads.
Database round trips: login 2, register 2, refresh 3, protected 0. Own hash: bcrypt, cost 12.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from passlib.context import CryptContext
from pydantic import BaseModel, Field
from pymongo import MongoClient

from bench.peers.options import DATABASE, MONGO_URI, PASSLIB_ARGON2, SAME_HASH, SECRET
from bench.population import PASSWORD, name

passwords = (
    CryptContext(schemes=["argon2"], **PASSLIB_ARGON2)
    if SAME_HASH
    else CryptContext(schemes=["bcrypt"])
)
database = MongoClient[dict[str, Any]](MONGO_URI)[DATABASE]
database.users.create_index("username", unique=True)
database.refresh_tokens.create_index("token")
app = FastAPI()
bearer = HTTPBearer()


class Credentials(BaseModel):
    """Who logs in or registers."""

    username: str
    password: str = Field(min_length=8)


class RefreshToken(BaseModel):
    """What a refresh trades."""

    refresh_token: str


def token_for(username: str, life: timedelta) -> str:
    """Return a signed token."""
    return jwt.encode({"sub": username, "exp": datetime.now(UTC) + life}, SECRET, algorithm="HS256")


def pair_for(username: str) -> dict[str, str]:
    """Return two tokens, and store the refresh token."""
    access = token_for(username, timedelta(minutes=15))
    refresh = token_for(username, timedelta(days=180))
    database.refresh_tokens.insert_one({"username": username, "token": refresh})
    return {"status": "ok", "access_token": access, "refresh_token": refresh}


def username_in(token: str, status: int) -> str:
    """Return whose token it is."""
    try:
        username: str = jwt.decode(token, SECRET, algorithms=["HS256"])["sub"]
    except jwt.PyJWTError:
        raise HTTPException(status, "Invalid token.") from None
    return username


async def current_user(
    credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)],
) -> str:
    """Return the caller."""
    return username_in(credentials.credentials, 401)


@app.get("/healthz")
async def alive() -> dict[str, str]:
    """Say that the server is up."""
    return {"status": "ok"}


@app.post("/register")
def register(body: Credentials) -> dict[str, str]:
    """Look, then insert."""
    if database.users.find_one({"username": body.username}):
        raise HTTPException(400, "User already exists.")
    database.users.insert_one(
        {"username": body.username, "password": passwords.hash(body.password)}
    )
    return {"status": "ok", "message": "User registered successfully."}


@app.post("/authenticate")
def authenticate(body: Credentials) -> dict[str, str]:
    """Check the password and store a refresh token."""
    user = database.users.find_one({"username": body.username})
    if user is None or not passwords.verify(body.password, user["password"]):
        raise HTTPException(401, "Invalid credentials.")
    return pair_for(body.username)


@app.post("/refresh")
def refresh(body: RefreshToken) -> dict[str, str]:
    """Look the token up, delete it, and store its successor."""
    username = username_in(body.refresh_token, 400)
    if database.refresh_tokens.find_one({"token": body.refresh_token}) is None:
        raise HTTPException(400, "Invalid refresh token.")
    database.refresh_tokens.delete_one({"token": body.refresh_token})
    return pair_for(username)


@app.get("/protected")
async def protected(username: Annotated[str, Depends(current_user)]) -> dict[str, str]:
    """Greet the caller."""
    return {"status": "ok", "message": f"Hello, {username}!"}


def seed(count: int) -> None:
    """Store users."""
    stored = passwords.hash(PASSWORD)
    database.users.delete_many({})
    database.refresh_tokens.delete_many({})
    database.users.insert_many(
        [{"username": name(number), "password": stored} for number in range(count)]
    )
