/** The one socket of this tab: opened with a fresh token, reopened until it holds. */
import { type Socket, io } from "socket.io-client";
import { create } from "zustand";

import { Problem } from "../api/problem";
import { freshToken, renewToken } from "../session/tokens";
import { current, useSession } from "../session/session";
import { pause, pauseMs } from "./backoff";

export type Connection = "connecting" | "connected" | "reconnecting";

export const useConnection = create<{ connection: Connection }>(() => ({ connection: "connecting" }));

export interface Answer {
  ok: boolean;
  error?: { type: string; message: string };
}

const DEADLINE_MS = 5_000;
const LONGEST_PAUSE_MS = 5_000;
const RENEW_BEFORE_MS = 120_000;
const LOOK_EVERY_MS = 20_000;

let socket: Socket | null = null;
let refusals = 0;

export function open(attach: (socket: Socket) => void): () => void {
  const opened = io({
    autoConnect: false,
    reconnectionDelay: 400,
    reconnectionDelayMax: 5_000,
    auth: (send) => void tokenOrNothing().then((token) => send({ token })),
  });
  socket = opened;
  refusals = 0;
  useConnection.setState({ connection: "connecting" });
  opened.on("connect", () => {
    refusals = 0;
    useConnection.setState({ connection: "connected" });
  });
  opened.on("disconnect", (reason) => {
    useConnection.setState({ connection: "reconnecting" });
    if (reason === "io server disconnect") void reopen(opened);
  });
  opened.on("connect_error", (error) => {
    useConnection.setState((state) => ({
      connection: state.connection === "connecting" && refusals === 0 ? "connecting" : "reconnecting",
    }));
    // While the transport fails the client tries again by itself; after a refusal it does not.
    if (!opened.active) void reopen(opened, error.message === "unauthenticated");
  });
  attach(opened);
  opened.connect();
  const letGo = keepFresh();
  return () => {
    letGo();
    close(opened);
  };
}

/** An open socket is good for as long as its token: it is given each new one, and in time. */
function keepFresh(): () => void {
  const timer = setInterval(() => void freshToken(RENEW_BEFORE_MS).catch(() => undefined), LOOK_EVERY_MS);
  const unsubscribe = useSession.subscribe(({ session }, before) => {
    if (!session || session.accessToken === before.session?.accessToken || !isConnected()) return;
    void askOnce("auth:refresh", { token: session.accessToken }).catch(() => undefined);
  });
  return () => {
    clearInterval(timer);
    unsubscribe();
  };
}

/** Asks the gateway and waits for its answer, for a limited time; once more when the token turns out too old. */
export async function ask<T extends Answer>(event: string, payload: unknown): Promise<T> {
  const token = current()?.accessToken;
  const answer = await askOnce<T>(event, payload);
  if (answer.error?.type !== "unauthenticated" || !token) return answer;
  await askOnce("auth:refresh", { token: await renewToken(token) });
  return askOnce<T>(event, payload);
}

function askOnce<T extends Answer>(event: string, payload: unknown): Promise<T> {
  if (!socket?.connected) return Promise.reject(new Problem(0, "unreachable", ""));
  return socket.timeout(DEADLINE_MS).emitWithAck(event, payload) as Promise<T>;
}

/** Says something that is worth nothing later: dropped when not connected. */
export function say(event: string, payload: unknown): void {
  if (socket?.connected) socket.volatile.emit(event, payload);
}

export function isConnected(): boolean {
  return socket?.connected ?? false;
}

function close(closed: Socket): void {
  closed.removeAllListeners();
  closed.disconnect();
  if (socket === closed) socket = null;
}

async function reopen(closed: Socket, isRefused = false): Promise<void> {
  refusals += 1;
  const token = current()?.accessToken;
  if (isRefused && token) await renewToken(token).catch(() => undefined);
  await pause(refusals === 1 ? 100 : pauseMs(refusals, LONGEST_PAUSE_MS));
  if (socket === closed && current() && !closed.connected) closed.connect();
}

async function tokenOrNothing(): Promise<string | undefined> {
  return freshToken().catch(() => current()?.accessToken);
}
