# Read by the `flask` command only: what makes `flask run` a development server.
FLASK_APP=wsgi
FLASK_RUN_HOST=127.0.0.1
FLASK_RUN_PORT=8000
AUTHAPI_ENV=development
