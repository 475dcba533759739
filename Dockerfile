# syntax=docker/dockerfile:1

# GraphiQL's files, so that the server serves them itself.
FROM node:20-bookworm-slim AS graphiql
WORKDIR /srv/rollcall/web/graphiql
COPY web/graphiql/package.json web/graphiql/package-lock.json web/graphiql/vendor.mjs ./
RUN npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && npm run -s vendor

# The environment. Every package is checked against its hash; dependencies before the code, so that a change of code
# does not install them again.
FROM python:3.11-slim-bookworm AS environment
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /srv/rollcall
RUN python -m venv /opt/rollcall
ENV PATH=/opt/rollcall/bin:$PATH
ARG LOCK=requirements-server.lock
COPY ${LOCK} ./
RUN pip install --require-hashes -r ${LOCK}
COPY LICENSE ./
COPY models ./models
COPY services ./services
COPY schema ./schema
COPY server ./server
COPY web ./web
RUN python -m compileall -q models services schema server

FROM python:3.11-slim-bookworm
# Run in place, and found first: `schema` is also the name of a package.
ENV PATH=/opt/rollcall/bin:$PATH PYTHONPATH=/srv/rollcall PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin rollcall
WORKDIR /srv/rollcall
COPY --from=environment /opt/rollcall /opt/rollcall
COPY --from=environment /srv/rollcall /srv/rollcall
RUN printf '#!/bin/sh\nexec python -m server.cli "$@"\n' > /usr/local/bin/rollcall && chmod 755 /usr/local/bin/rollcall
COPY --from=graphiql /srv/rollcall/web/graphiql/vendor ./web/graphiql/vendor
USER 10001
EXPOSE 8000
# SIGTERM: five seconds of going on, at most twenty of finishing; give it 45 before SIGKILL.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/livez', timeout=4)"]
ENTRYPOINT ["rollcall"]
CMD ["serve", "--host", "0.0.0.0"]
