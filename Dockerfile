# All images that Carillon runs on, each in one exact version and nowhere else: compose.yaml names them by their stage.
# `make image-digests` asks the registry what they are made of and pins it here (name:version@sha256:…).
FROM postgres:18.6 AS database

FROM valkey/valkey:9.1.2 AS broker

FROM python:3.12.13-slim AS carillon
WORKDIR /carillon
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
RUN mkdir -p staticfiles && useradd --system --home /home/carillon --create-home carillon
USER carillon
# Nothing of its own is written: all of it may be read-only, but for /tmp.
ENV CARILLON_HOME=/home/carillon PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
CMD ["python", "-m", "config.serving", "--host", "0.0.0.0"]
