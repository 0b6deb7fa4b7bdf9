# Caddy as an ordinary user: its program may bind low ports by itself, its volumes take these owners when they are new.
FROM caddy:2-alpine
RUN adduser -D -H -u 10002 proxy && chown proxy /data /config
COPY Caddyfile /etc/caddy/Caddyfile
USER proxy
