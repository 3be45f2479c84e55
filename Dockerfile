# One image for every Airflow component; docker-compose.yml says which command it runs.
FROM python:3.11.14-slim-bookworm AS build
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /opt/tintinh
ENV UV_PROJECT_ENVIRONMENT=/opt/venv UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
COPY pyproject.toml uv.lock README.md LICENSE ./
RUN uv sync --frozen --no-dev --extra celery --no-install-project
COPY crawlers crawlers
COPY transforms transforms
COPY warehouse warehouse
COPY dags dags
RUN uv sync --frozen --no-dev --extra celery --no-editable

FROM python:3.11.14-slim-bookworm
# HOME and USER are named because AIRFLOW_UID need not have an entry in /etc/passwd, where Airflow would look them up.
ENV PATH=/opt/venv/bin:$PATH \
    HOME=/opt/airflow \
    USER=airflow \
    PYTHONUNBUFFERED=1 \
    AIRFLOW_HOME=/opt/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/venv/lib/python3.11/site-packages/dags
# Group 0 owns what is written, so that any AIRFLOW_UID may write it. An empty airflow.cfg keeps Airflow from
# writing one, with keys of its own, into the read-only file system.
# libarchive reads RAR and 7z files, tesseract pictures of pages, catdoc files of Word 6 and 95.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libarchive13 tesseract-ocr tesseract-ocr-vie catdoc \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 50000 --gid 0 --home-dir /opt/airflow --create-home airflow \
    && mkdir -p /opt/airflow/logs /var/lib/tintinh/archive \
    && touch /opt/airflow/airflow.cfg \
    && chown -R airflow:0 /opt/airflow /var/lib/tintinh \
    && chmod -R g=u /opt/airflow /var/lib/tintinh
COPY --from=build /opt/venv /opt/venv
USER 50000:0
WORKDIR /opt/airflow
CMD ["airflow", "version"]
