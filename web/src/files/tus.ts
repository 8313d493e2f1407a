/** One turn of a resumable upload, by the tus protocol: from where the server is, as far as it comes. */
import { type DetailedError, type HttpRequest, type HttpResponse, Upload, type UploadOptions } from "tus-js-client";

import { Problem } from "../api/problem";
import { onReturn } from "../live/reach";
import { freshToken } from "../session/tokens";
import { Silence } from "./silence";

const ENDPOINT = "/api/files/tus";
/** Two parts of the service's store: it keeps whole parts whatever ends, and has nothing to piece together then. */
export const CHUNK = 12 * 1024 * 1024;
/** Longer than the gateway waits for the service, which then says so itself. */
const QUIET_MS = 40_000;
/** What was silent for so long when the connection came back hangs on the one before. */
const HANGING_MS = 3_000;

export interface Turn {
  readonly file: File;
  readonly metadata: Record<string, string>;
  /** Where it is; null before its beginning. */
  readonly url: string | null;
  /** What it is called, so that it begins once, also if the server's answer is lost. */
  readonly key: string;
  readonly signal: AbortSignal;
  /** From now on the server may know of it. */
  readonly onAsked: () => void;
  readonly onBegun: (url: string, fileId: string) => void;
  /** So much is at the server. */
  readonly onArrived: (bytes: number) => void;
  /** So much was sent, if it arrives. */
  readonly onProgress: (bytes: number) => void;
}

/** Until all has arrived. One that is ended while it begins ends when it is known where it is, so that nothing of it
 * is left behind unknown. */
export function carryOn(turn: Turn): Promise<void> {
  const { file, metadata, signal } = turn;
  return new Promise((resolve, reject) => {
    let isOver = false;
    let fileId = "";
    const silence = new Silence(QUIET_MS, () => stop(new Problem(0, "unreachable", "")));
    const letGo = onReturn(() => silence.hasLasted(HANGING_MS) && stop(new Problem(0, "unreachable", "")));
    const aborted = () => (upload.url ?? turn.url) && stop(signal.reason);
    const end = (settle: () => void) => {
      if (isOver) return;
      isOver = true;
      silence.end();
      letGo();
      signal.removeEventListener("abort", aborted);
      settle();
    };
    const stop = (reason: unknown) => {
      void upload.abort();
      end(() => reject(reason));
    };
    const upload = new Upload(file, {
      ...{ endpoint: ENDPOINT, uploadUrl: turn.url, metadata, chunkSize: CHUNK },
      ...{ retryDelays: null, storeFingerprintForResuming: false },
      onBeforeRequest: async (request) => {
        await authorize(request);
        if (request.getMethod() === "POST") request.setHeader("Idempotency-Key", turn.key);
        if (isOver) throw new Error("nobody waits for it any more");
        signal.throwIfAborted();
        turn.onAsked();
      },
      onAfterResponse: (request, response) => {
        if (isOver) return;
        silence.broken();
        requireSuccess(request, response);
        fileId ||= response.getHeader("Nexus-File-Id") ?? "";
        const offset = response.getHeader("Upload-Offset");
        if (offset) turn.onArrived(Number(offset));
      },
      onUploadUrlAvailable: () => {
        if (isOver) return;
        turn.onBegun(upload.url ?? "", fileId);
        if (signal.aborted) stop(signal.reason);
      },
      onProgress: (bytes) => {
        if (isOver) return;
        silence.broken();
        turn.onProgress(bytes);
      },
      onSuccess: () => end(resolve),
      onError: (error) => end(() => reject(reasonOf(error))),
    });
    signal.addEventListener("abort", aborted);
    upload.start();
  });
}

/** Nothing of it is left; `Problem` 404 or 410 if there was nothing, 409 if all of it had arrived. */
export async function terminate(url: string): Promise<void> {
  const options: UploadOptions = { retryDelays: null, onBeforeRequest: authorize, onAfterResponse: requireSuccess };
  await Upload.terminate(url, options).catch((error: unknown) => Promise.reject(reasonOf(error)));
}

/** How much of it the server has; null if it knows it no more. */
export async function arrivedOf(url: string): Promise<number | null> {
  const headers = { authorization: `Bearer ${await freshToken()}`, "tus-resumable": "1.0.0" };
  const response = await fetch(url, { method: "HEAD", headers, signal: AbortSignal.timeout(QUIET_MS) });
  if (isGone(response.status)) return null;
  if (!response.ok) throw new Problem(response.status, "unknown", "");
  return Number(response.headers.get("upload-offset") ?? 0);
}

export const isGone = (status: number) => status === 404 || status === 410;

async function authorize(request: HttpRequest): Promise<void> {
  request.setHeader("Authorization", `Bearer ${await freshToken()}`);
}

/** The library begins anew whenever it is not told where it is, also by a server that is only just starting. */
function requireSuccess(_: HttpRequest, response: HttpResponse): void {
  const status = response.getStatus();
  if (status >= 200 && status < 300) return;
  const retryAfter = Number(response.getHeader("Retry-After")) || null;
  throw new Problem(status, ...told(response.getBody()), [], retryAfter);
}

function told(body: string): [type: string, detail: string] {
  try {
    const { type = "unknown", detail = "" } = JSON.parse(body) as { type?: string; detail?: string };
    return [type, detail];
  } catch {
    return ["unknown", ""];
  }
}

function reasonOf(error: unknown): unknown {
  const cause = (error as Partial<DetailedError>).causingError ?? error;
  return cause instanceof Problem ? cause : new Problem(0, "unreachable", "");
}
