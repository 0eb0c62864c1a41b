FROM python:3.12-slim
WORKDIR /carillon
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
RUN useradd --system --home /home/carillon --create-home carillon
USER carillon
ENV CARILLON_HOME=/home/carillon PYTHONUNBUFFERED=1
CMD ["python", "-m", "config.serving", "--host", "0.0.0.0"]
