"""fastapi-users with Beanie.

Documentation: FastAPI Users, "Full example", Beanie (fastapi-users.github.io/fastapi-users), with
its JWT strategy and bearer transport. It has no refresh tokens.
Database round trips: login 1, register 2, protected 1. Own hash: pwdlib's Argon2id (64 MiB, 3, 4).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from beanie import Document, PydanticObjectId, init_beanie
from fastapi import Depends, FastAPI
from fastapi_users import BaseUserManager, FastAPIUsers, schemas
from fastapi_users.authentication import AuthenticationBackend, BearerTransport, JWTStrategy
from fastapi_users.password import PasswordHelper
from fastapi_users_db_beanie import BeanieBaseUser, BeanieUserDatabase, ObjectIDIDMixin
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pymongo import AsyncMongoClient

from bench.peers.options import ARGON2, DATABASE, MONGO_URI, SAME_HASH, SECRET, email
from bench.population import PASSWORD, name

helper = PasswordHelper(PasswordHash((Argon2Hasher(**ARGON2),))) if SAME_HASH else PasswordHelper()


class User(BeanieBaseUser, Document):
    """A stored user."""


class UserRead(schemas.BaseUser[PydanticObjectId]):
    """A user as it is shown."""


class UserCreate(schemas.BaseUserCreate):
    """Who registers."""


class UserManager(ObjectIDIDMixin, BaseUserManager[User, PydanticObjectId]):
    """Creates users and checks their passwords."""

    reset_password_token_secret = SECRET
    verification_token_secret = SECRET


async def user_database() -> AsyncIterator[BeanieUserDatabase[User]]:
    """Give the users' collection."""
    yield BeanieUserDatabase(User)


async def user_manager(
    users: Annotated[BeanieUserDatabase[User], Depends(user_database)],
) -> AsyncIterator[UserManager]:
    """Give the manager."""
    yield UserManager(users, helper)


def strategy() -> JWTStrategy[User, PydanticObjectId]:
    """Give the JWT strategy."""
    return JWTStrategy(secret=SECRET, lifetime_seconds=3600)


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Connect."""
    client = AsyncMongoClient[dict[str, Any]](MONGO_URI)
    await init_beanie(database=client[DATABASE], document_models=[User])
    yield
    await client.close()


backend = AuthenticationBackend(
    name="jwt", transport=BearerTransport(tokenUrl="auth/jwt/login"), get_strategy=strategy
)
users = FastAPIUsers[User, PydanticObjectId](user_manager, [backend])
current_active_user = users.current_user(active=True)
app = FastAPI(lifespan=lifespan)
app.include_router(users.get_auth_router(backend), prefix="/auth/jwt", tags=["auth"])
app.include_router(users.get_register_router(UserRead, UserCreate), prefix="/auth", tags=["auth"])


@app.get("/healthz")
async def alive() -> dict[str, str]:
    """Say that the server is up."""
    return {"status": "ok"}


@app.get("/protected")
async def protected(user: Annotated[User, Depends(current_active_user)]) -> dict[str, str]:
    """Greet the caller."""
    return {"status": "ok", "message": f"Hello, {user.email}!"}


def seed(count: int) -> None:
    """Store users."""
    asyncio.run(_seed(count))


async def _seed(count: int) -> None:
    client = AsyncMongoClient[dict[str, Any]](MONGO_URI)
    await init_beanie(database=client[DATABASE], document_models=[User])
    await User.delete_all()
    stored = helper.hash(PASSWORD)
    await User.insert_many(
        [User(email=email(name(number)), hashed_password=stored) for number in range(count)]
    )
    await client.close()
