/** Requests whose body or answer is no JSON: images. They carry the token, so pages cannot just name their address. */
import { freshToken } from "../session/tokens";
import { Problem, problemOf } from "./problem";

const DEADLINE_MS = 30_000;

export async function getBytes(path: string): Promise<Blob> {
  return (await send("GET", path)).blob();
}

export async function putBytes<T>(path: string, body: Blob): Promise<T> {
  return (await send("PUT", path, body)).json() as Promise<T>;
}

async function send(method: "GET" | "PUT", path: string, body?: Blob): Promise<Response> {
  const headers = { authorization: `Bearer ${await freshToken()}` };
  const response = await fetch(`/api${path}`, {
    ...{ method, headers, signal: AbortSignal.timeout(DEADLINE_MS) },
    ...(body ? { body } : {}),
  }).catch(() => null);
  if (!response) throw new Problem(0, "unreachable", "");
  if (!response.ok) throw await problemOf(response);
  return response;
}
