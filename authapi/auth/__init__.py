"""The `auth` blueprint: the table of contents of everything that users do."""

from authapi.accounts.routes import blueprint as accounts
from authapi.protected.routes import blueprint as protected
from authapi.sessions.routes import blueprint as sessions
from authapi.web.body import Blueprint

blueprint = Blueprint("auth", __name__, description="Accounts, sessions and a protected resource")

blueprint.register_blueprint(accounts)  # /register
blueprint.register_blueprint(sessions)  # /authenticate, /refresh, /logout
blueprint.register_blueprint(protected)  # /protected
