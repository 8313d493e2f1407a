// One resumable upload by a stock tus client. Before every chunk it says where it is, and waits for a line to go on.
import { openSync, fstatSync, createReadStream } from "node:fs";
import { createInterface } from "node:readline";

import { Upload } from "tus-js-client";

const { endpoint, token, path, chunkSize, metadata } = JSON.parse(process.env.UPLOAD);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const upload = new Upload(createReadStream(path), {
  endpoint,
  chunkSize,
  metadata,
  uploadSize: fstatSync(openSync(path)).size,
  headers: { Authorization: `Bearer ${token}` },
  retryDelays: Array(200).fill(500),
  async onBeforeRequest(request) {
    if (request.getMethod() !== "PATCH") return;
    say({ offset: Number(request.getHeader("Upload-Offset")) });
    await lines.next();
  },
  onShouldRetry(error) {
    say({ again: error.originalResponse?.getStatus() ?? 0 });
    return true;
  },
  onError(error) {
    say({ failed: String(error) });
    process.exit(1);
  },
  onSuccess() {
    say({ done: upload.url });
    process.exit(0);
  },
});
upload.start();
