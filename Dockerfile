# The service as a container image; docs/deployment.md says how to run it.
FROM docker.io/library/python:3.13-slim-bookworm AS base

FROM base AS build
WORKDIR /app
RUN python3 -m venv /venv
COPY requirements.txt ./
RUN /venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.txt \
    && /venv/bin/pip uninstall --yes --quiet pip
COPY wsgi.py serve.py ./
COPY authapi/ authapi/
# Whoever may read the files here, the service's user may there.
RUN chmod -R a+rX /app && /venv/bin/python -m compileall -q /app

FROM base
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 \
    PORT=8000
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import http.client, os, sys; server = http.client.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=2); server.request('GET', '/healthz'); sys.exit(server.getresponse().status != 200)"]
CMD ["python", "serve.py"]
