# One image, three processes (compose.yaml): web, worker, schedule. Migrations are run by hand or by
# the deployment, never on start.
FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements-installer.lock requirements.lock .ci/install ./
RUN mkdir -p .ci && mv install .ci/install && ./.ci/install python3 requirements.lock

FROM python:3.11-slim
WORKDIR /app
RUN useradd --system --create-home --uid 10001 app && mkdir -p /data && chown app /data
COPY --from=build /app/.venv .venv
COPY . .
ENV DJANGO_SETTINGS_MODULE=lms.settings.production VAR_DIR=/data \
    STATIC_ROOT=/app/static PYTHONUNBUFFERED=1
# Only for collecting static files in the build; none of it stays in the image.
RUN SECRET_KEY=only-for-collecting-static-files-in-the-build VAR_DIR=/app/var \
    ALLOWED_HOSTS=build.invalid PUBLIC_URL=https://build.invalid EMAIL_URL=smtp://build.invalid \
    .venv/bin/python manage.py setup_files
USER app
EXPOSE 8000
CMD [".venv/bin/python", "manage.py", "serve", "--web-only"]
