"""What operators see of files; each metric stands for a promise."""

from prometheus_client import Counter, Gauge, Histogram

UPLOADED = Counter("nexus_files_uploaded_total", "Uploads that ended", ["method", "outcome"])
UPLOADED_BYTES = Counter("nexus_files_uploaded_bytes_total", "Bytes taken in", ["method"])
SCANS = Counter("nexus_files_scans_total", "Answers of the scanner", ["outcome"])
UNTIL_CLEAN = Histogram(
    "nexus_files_until_clean_seconds", "From the end of an upload to its verdict",
    buckets=(0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 3600),
)  # fmt: skip
JOBS = Counter("nexus_files_jobs_total", "Turns of jobs", ["kind", "outcome"])
JOB_SECONDS = Histogram("nexus_files_job_seconds", "How long a turn of a job took", ["kind"])
JOBS_WAITING = Gauge("nexus_files_jobs_waiting", "Jobs whose time has come", ["lane"])
ORPHANS = Counter("nexus_files_orphans_total", "What reconciling found", ["kind"])
SENT_BYTES = Counter("nexus_files_sent_bytes_total", "Bytes handed out by the content origin")
CONTENT = Counter("nexus_files_content_total", "Requests for bytes", ["outcome"])
LINK_USES = Counter("nexus_files_link_uses_total", "Requests by share links", ["outcome"])
LINK_THROTTLED = Counter("nexus_files_link_throttled_total", "Requests by share links that were too many", ["reason"])
LINK_FALLBACKS = Counter("nexus_files_link_fallbacks_total", "Times Redis did not count requests by share links")
TUS_CHUNKS = Counter("nexus_files_tus_chunks_total", "PATCH requests of resumable uploads", ["outcome"])
