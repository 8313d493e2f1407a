/** Requests to the gateway with the session's token. */
import { current } from "../session/session";
import { freshToken, renewToken } from "../session/tokens";
import { Problem, problemOf } from "./problem";

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

const DEADLINE_MS = 20_000;

export async function request<T>(method: Method, path: string, body?: unknown): Promise<T> {
  const token = await freshToken();
  let response = await send(method, path, body, token);
  if (response.status === 401 && current()) response = await send(method, path, body, await renewToken(token));
  return answer<T>(response);
}

/** What is no JSON: a table or lines to keep as a file. */
export async function requestText(path: string): Promise<string> {
  const token = await freshToken();
  let response = await send("GET", path, undefined, token);
  if (response.status === 401 && current()) response = await send("GET", path, undefined, await renewToken(token));
  if (!response.ok) throw await problemOf(response);
  return response.text();
}

/** A piece of a file, as bytes. */
export async function sendBytes<T>(path: string, bytes: Blob): Promise<T> {
  return answer<T>(await withToken((token) => exchange("PUT", path, bytes, "application/octet-stream", token)));
}

/** A file, however long it takes. */
export async function requestBlob(path: string): Promise<Blob> {
  const response = await withToken((token) => exchange("GET", path, null, null, token, null));
  if (!response.ok) throw await problemOf(response);
  return response.blob();
}

/** For signing in, when there is no token yet. */
export async function requestAnonymously<T>(method: Method, path: string, body?: unknown): Promise<T> {
  return answer<T>(await send(method, path, body, null));
}

async function send(method: Method, path: string, body: unknown, token: string | null): Promise<Response> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (token) headers.authorization = `Bearer ${token}`;
  if (body !== undefined) headers["content-type"] = "application/json";
  const init: RequestInit = { method, headers, signal: AbortSignal.timeout(DEADLINE_MS) };
  if (body !== undefined) init.body = JSON.stringify(body);
  try {
    return await fetch(`/api${path}`, init);
  } catch {
    throw new Problem(0, "unreachable", "");
  }
}

async function withToken(ask: (token: string | null) => Promise<Response>): Promise<Response> {
  const token = await freshToken();
  const response = await ask(token);
  return response.status === 401 && current() ? ask(await renewToken(token)) : response;
}

async function exchange(
  method: Method,
  path: string,
  body: Blob | null,
  type: string | null,
  token: string | null,
  deadline: number | null = DEADLINE_MS,
): Promise<Response> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (token) headers.authorization = `Bearer ${token}`;
  if (type) headers["content-type"] = type;
  try {
    return await fetch(`/api${path}`, {
      method,
      headers,
      ...(body ? { body } : {}),
      ...(deadline ? { signal: AbortSignal.timeout(deadline) } : {}),
    });
  } catch {
    throw new Problem(0, "unreachable", "");
  }
}

async function answer<T>(response: Response): Promise<T> {
  if (!response.ok) throw await problemOf(response);
  // Some that are taken on say no more than that.
  const said = response.status === 204 ? "" : await response.text();
  return (said ? JSON.parse(said) : undefined) as T;
}
