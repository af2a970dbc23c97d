# The production form: one image for web, worker, beat and migrations.
FROM node:22-slim AS front
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
# Of the typefaces only the two weights that papers use go on.
RUN npm ci --omit=dev --no-audit --no-fund \
    && find node_modules/@expo-google-fonts -name '*.ttf' ! -path '*/400Regular/*' ! -path '*/700Bold/*' -delete

FROM python:3.11-slim
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PATH=/app/.venv/bin:$PATH
WORKDIR /app
RUN useradd --system --create-home --uid 10001 centre
COPY requirements.txt ./
RUN python -m venv .venv && pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
COPY --from=front /src/node_modules ./node_modules
# Copies the front-end files and typefaces, compiles the catalogues and collects the static files; no secret is needed for it.
RUN python tools/setup.py --built \
    && SECRET_KEY=build FIELD_KEYS=build BLIND_INDEX_KEY=build VAR_DIR=/app/var python manage.py collectstatic --noinput \
    && rm -rf node_modules && mkdir -p var/beat var/media && chown -R centre var
USER centre
EXPOSE 8000
CMD ["gunicorn", "governance_center.wsgi", "--bind", "0.0.0.0:8000", "--workers", "4", "--threads", "4", "--preload"]
