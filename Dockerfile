# bnviz behind port 8501, with PyTorch's CPU build. docs/deployment.md says how to build, run and configure it.
FROM python:3.11-slim

# Few malloc arenas: threads come and go here, and each arena keeps what it once held. The server asks for them as
# well, but only once it has started.
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 \
    OMP_NUM_THREADS=1 MALLOC_ARENA_MAX=2 \
    BNVIZ_HOSTED=1

WORKDIR /app
COPY requirements.txt ./
COPY cloud/requirements.txt cloud/
RUN pip install -r cloud/requirements.txt

COPY app.py ./
COPY .streamlit/config.toml .streamlit/
COPY pages pages
COPY bnviz bnviz
RUN python -m compileall -q bnviz pages app.py && useradd --create-home reader
USER reader

EXPOSE 8501
HEALTHCHECK --interval=15s --timeout=3s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=2)"]
CMD ["streamlit", "run", "app.py", "--server.address=0.0.0.0", "--server.port=8501", "--server.headless=true"]
