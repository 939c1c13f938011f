"""The `auth` blueprint: the table of contents of everything that users do."""

from authapi.accounts.routes import blueprint as accounts
from authapi.audit.routes import blueprint as audit
from authapi.factors.routes import blueprint as factors
from authapi.introspection.routes import blueprint as introspection
from authapi.profile.routes import blueprint as profile
from authapi.protected.routes import blueprint as protected
from authapi.recovery.routes import blueprint as recovery
from authapi.sessions.routes import blueprint as sessions
from authapi.signin.routes import blueprint as signin
from authapi.web.body import Blueprint
from authapi.web.errors import answer_http


def auth_blueprint(*, sample: bool, addresses: bool, passkeys: bool) -> Blueprint:
    """Return the blueprint.

    Args:
        sample: whether it has the sample of a protected resource.
        addresses: whether it has what needs mail; that is imported only then.
        passkeys: whether it has the passkeys, likewise.
    """
    blueprint = Blueprint(
        "auth", __name__, description="Accounts, sessions and a protected resource"
    )
    blueprint.register_blueprint(accounts)  # /register
    blueprint.register_blueprint(signin)  # /authenticate, /authenticate/second, /reauthenticate
    blueprint.register_blueprint(sessions)  # /refresh, /logout, /sessions
    blueprint.register_blueprint(profile)  # /me, /password
    blueprint.register_blueprint(factors)  # /me/factors, /me/totp, /me/recovery-codes
    blueprint.register_blueprint(recovery)  # /password/reset
    blueprint.register_blueprint(audit)  # /me/activity
    blueprint.register_blueprint(introspection)  # /verify, /introspect
    if addresses:
        from authapi.addresses.routes import blueprint as emails
        from authapi.recovery.routes_by_mail import blueprint as recovery_by_mail

        blueprint.register_blueprint(emails)  # /me/email, /email
        blueprint.register_blueprint(recovery_by_mail)  # /password/forgot, /account/secure
    if passkeys:
        from authapi.passkeys.routes import blueprint as keys

        blueprint.register_blueprint(keys)  # /me/passkeys, /authenticate/passkey
    for status in (401, 403, 404, 503):  # of guards: before an app's own pages
        blueprint.register_error_handler(status, answer_http)
    if sample:
        blueprint.register_blueprint(protected)  # /protected
    return blueprint
