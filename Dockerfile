# syntax=docker/dockerfile:1
# The program in its own image: pinned packages with hashes, no compiler and no pip cache at run time, no root.

FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
RUN python -m venv /opt/liancheng
# Packages first: they change less often than the program.
COPY requirements.lock ./
RUN /opt/liancheng/bin/python -m pip install --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY LICENSES ./LICENSES
COPY graph ./graph
COPY matching ./matching
COPY loaders ./loaders
COPY api ./api
RUN /opt/liancheng/bin/python -m pip install --no-deps --no-build-isolation . \
    && /opt/liancheng/bin/python -m pip uninstall --yes pip setuptools \
    && /opt/liancheng/bin/liancheng --help >/dev/null
# The matching functions are compiled here, beside the modules, for any processor of the platform: the image is read-only.
ENV NUMBA_CPU_NAME=generic NUMBA_CPU_FEATURES=
RUN /opt/liancheng/bin/python -m matching.warm

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="Liancheng 联惩" \
      org.opencontainers.image.licenses="LicenseRef-Proprietary"
RUN groupadd --system --gid 10001 liancheng \
    && useradd --system --uid 10001 --gid liancheng --home-dir /var/lib/liancheng --shell /usr/sbin/nologin liancheng \
    && install -d -o liancheng -g liancheng -m 0700 /var/lib/liancheng
COPY --from=build /opt/liancheng /opt/liancheng
ENV PATH=/opt/liancheng/bin:$PATH \
    PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PYTHONUTF8=1 LC_ALL=C.UTF-8 \
    NUMBA_CPU_NAME=generic NUMBA_CPU_FEATURES= LIANCHENG_HOME=/var/lib/liancheng
USER 10001:10001
WORKDIR /var/lib/liancheng
VOLUME /var/lib/liancheng
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4).read()"]
CMD ["liancheng", "serve", "--host", "0.0.0.0", "--port", "8000", "--workers", "2"]
