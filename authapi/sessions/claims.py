"""Between sessions as they are stored and tokens as they are handed out."""

from datetime import datetime

from authapi.core.client import Client
from authapi.core.clock import whole_second
from authapi.core.roles import Roles
from authapi.sessions.models import Session, TokenPair
from authapi.tokens.models import Prepared, RefreshClaims
from authapi.tokens.service import TokenService


def token_pair(
    tokens: TokenService, claims: RefreshClaims, prepared: Prepared | None = None
) -> TokenPair:
    """Return the tokens of a session; `prepared` as for `TokenService.issue_access`."""
    access_token, expires_in = tokens.issue_access(claims, prepared=prepared)
    return TokenPair(access_token, tokens.encode_refresh(claims), expires_in)


def session_of(claims: RefreshClaims, client: Client, opened_at: datetime) -> Session:
    """Return the session that begins with these claims.

    It is used for the first time at `opened_at`, which orders the logins of one second.
    """
    return Session(
        id=claims.sid,
        user_id=claims.uid,
        generation=claims.gen,
        created_at=claims.auth_time,
        refreshed_at=opened_at,
        expires_at=claims.exp,
        client=client,
        epoch=claims.epoch,
        methods=claims.methods,
        assurance=claims.assurance,
        roles=claims.roles,
    )


def claims_of(session: Session, username: str, roles: Roles) -> RefreshClaims:
    """Return the claims of the refresh token that is alive in a session.

    Args:
        session: as it is stored.
        username: whose it is.
        roles: the user's, as known by now; the session's may be of before a change of them.
    """
    return RefreshClaims(
        sub=username,
        uid=session.user_id,
        sid=session.id,
        gen=session.generation,
        auth_time=session.created_at,
        iat=whole_second(session.refreshed_at),
        exp=session.expires_at,
        epoch=session.epoch,
        methods=session.methods,
        assurance=session.assurance,
        roles=session.roles.or_later(roles),
    )
