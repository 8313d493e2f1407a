/** Requests to the gateway with the session's token. */
import { current } from "../session/session";
import { freshToken, renewToken } from "../session/tokens";
import { Problem, problemOf } from "./problem";

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

const DEADLINE_MS = 20_000;

interface Options {
  /** Bytes go as they are, anything else as JSON. */
  body?: unknown;
  /** None, for what takes as long as it takes. */
  deadlineMs?: number | null;
}

export async function request<T>(method: Method, path: string, body?: unknown): Promise<T> {
  return parsed<T>(await withToken(method, path, { body }));
}

/** What is no JSON: a table or lines to keep as a file. */
export async function requestText(path: string): Promise<string> {
  return (await withToken("GET", path)).text();
}

/** Pages cannot just name the address of what wants a token. */
export async function requestBlob(path: string, deadlineMs: number | null = DEADLINE_MS): Promise<Blob> {
  return (await withToken("GET", path, { deadlineMs })).blob();
}

export async function sendBytes<T>(path: string, bytes: Blob): Promise<T> {
  return parsed<T>(await withToken("PUT", path, { body: bytes }));
}

/** For signing in, when there is no token yet. */
export async function requestAnonymously<T>(method: Method, path: string, body?: unknown): Promise<T> {
  return parsed<T>(await good(await send(method, path, null, { body })));
}

/** A token that is refused all the same is tried once more as a new one. */
async function withToken(method: Method, path: string, options: Options = {}): Promise<Response> {
  const token = await freshToken();
  const response = await send(method, path, token, options);
  if (response.status !== 401 || !current()) return good(response);
  return good(await send(method, path, await renewToken(token), options));
}

async function send(method: Method, path: string, token: string | null, options: Options): Promise<Response> {
  const { body, deadlineMs = DEADLINE_MS } = options;
  const headers: Record<string, string> = { accept: "application/json" };
  if (token) headers.authorization = `Bearer ${token}`;
  const init: RequestInit = { method, headers };
  if (deadlineMs !== null) init.signal = AbortSignal.timeout(deadlineMs);
  if (body instanceof Blob) {
    headers["content-type"] = body.type || "application/octet-stream";
    init.body = body;
  } else if (body !== undefined) {
    headers["content-type"] = "application/json";
    init.body = JSON.stringify(body);
  }
  try {
    return await fetch(`/api${path}`, init);
  } catch {
    throw new Problem(0, "unreachable", "");
  }
}

async function good(response: Response): Promise<Response> {
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function parsed<T>(response: Response): Promise<T> {
  // Some that are taken on say no more than that.
  const said = response.status === 204 ? "" : await response.text();
  return (said ? JSON.parse(said) : undefined) as T;
}
