/** Sends a file as a form. By XMLHttpRequest, as only that tells how far an upload is. */
import type { StoredFile } from "../api/files";
import { Problem, explain } from "../api/problem";
import { freshToken } from "../session/tokens";
import { text } from "../text";

const QUIET_MS = 60_000;

export interface Sending {
  readonly path: string;
  readonly form: FormData;
  readonly onProgress: (percent: number) => void;
  readonly signal: AbortSignal;
  /** What the upload is called, so that one whose answer was lost is the same when it is sent again. */
  readonly key?: string;
}

export async function send({ path, form, onProgress, signal, key }: Sending): Promise<StoredFile> {
  const token = await freshToken();
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const ask = new XMLHttpRequest();
    let quiet: ReturnType<typeof setTimeout> | undefined;
    const alive = () => {
      clearTimeout(quiet);
      quiet = setTimeout(() => ask.abort(), QUIET_MS);
    };
    signal.addEventListener("abort", () => ask.abort());
    ask.open("POST", `/api${path}`);
    ask.setRequestHeader("authorization", `Bearer ${token}`);
    ask.setRequestHeader("accept", "application/json");
    if (key) ask.setRequestHeader("idempotency-key", key);
    ask.responseType = "json";
    ask.upload.onprogress = ({ loaded, total }) => {
      alive();
      onProgress(Math.floor((loaded / Math.max(1, total)) * 100));
    };
    ask.onload = () => (ask.status < 300 ? resolve(ask.response as StoredFile) : reject(problemIn(ask)));
    ask.onerror = ask.onabort = () => reject(new Error("interrupted"));
    ask.onloadend = () => clearTimeout(quiet);
    alive();
    ask.send(form);
  });
}

export function explainSending(error: unknown): string {
  if (!(error instanceof Problem)) return text.files.failed;
  return error.type === "forbidden" ? (text.files.refused.forbidden ?? explain(error)) : explain(error);
}

function problemIn(ask: XMLHttpRequest): Problem {
  const told = (ask.response ?? {}) as { type?: string; detail?: string };
  return new Problem(ask.status, told.type ?? "unknown", told.detail ?? "");
}
