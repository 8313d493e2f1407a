/** Real socket.io clients, driven by JSON lines: requests on standard input, answers and what clients hear on output. */
import { createInterface } from "node:readline";

import { io } from "socket.io-client";

const clients = new Map();
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A client of the first address; when its connection is lost it tries the next, in turn. */
function open({ client, urls, token, transports, reopen }) {
  const known = { token, reopen, urls: [...urls] };
  const socket = io(urls[0], {
    transports,
    multiplex: false,
    reconnection: reopen,
    reconnectionDelay: 400,
    reconnectionDelayMax: 5_000,
    auth: (send) => send({ token: known.token }),
  });
  clients.set(client, Object.assign(known, { socket }));
  socket.onAny((event, ...args) => say({ client, event, args }));
  socket.io.on("reconnect_attempt", () => moveOn(known));
  socket.on("connect", () => {
    const { engine, uri } = socket.io;
    say({ client, event: "connect", args: [socket.id, engine.transport.name, socket.recovered, uri] });
  });
  socket.on("disconnect", (reason) => {
    say({ client, event: "disconnect", args: [reason] });
    if (reopen && reason === "io server disconnect") void openAgain(client);
  });
  socket.on("connect_error", (error) => {
    say({ client, event: "connect_error", args: [error.message, error.data ?? null] });
    if (reopen && !socket.active) void openAgain(client);
  });
}

function moveOn({ socket, urls }) {
  urls.push(urls.shift());
  socket.io.uri = urls[0];
}

/** As the web client does: the library tries again when the transport fails, but not when it is refused. */
async function openAgain(client) {
  await pause(200 + Math.random() * 400);
  const known = clients.get(client);
  if (!known) return;
  moveOn(known);
  known.socket.connect();
}

function close({ client }) {
  const { socket } = clients.get(client);
  clients.delete(client);
  socket.disconnect();
}

/** The connection breaks without a word, as when a laptop's lid is closed. */
function cut({ client }) {
  const { engine } = clients.get(client).socket.io;
  const { transport } = engine;
  if (transport.ws) return transport.ws.terminate();
  transport.doClose = () => transport.pollXhr?.abort();
  return engine._onClose("transport error");
}

/** The same, and it does not come back before `connect`. */
function leave({ client }) {
  clients.get(client).socket.io.reconnection(false);
  cut({ client });
}

function connect({ client }) {
  const { socket, reopen } = clients.get(client);
  socket.io.reconnection(reopen);
  socket.connect();
}

/** Answered in the very moment of the acknowledgement, so that it keeps its place among the events. */
function emit({ id, client, event, args, within }) {
  const { socket } = clients.get(client);
  if (!socket.connected) return say({ id, error: "not connected" });
  return void socket.timeout(within * 1000).emit(event, ...args, (error, answer) => {
    say(error ? { id, error: error.message } : { id, client, event, answer });
  });
}

/** What was agreed with the server about frames, and the bytes that came since the connection was made. */
function wire({ id, client }) {
  const { extensions, _socket: connection } = clients.get(client).socket.io.engine.transport.ws;
  say({ id, answer: { extensions, received: connection.bytesRead } });
}

const requests = {
  open,
  close,
  cut,
  leave,
  connect,
  token: ({ client, token }) => (clients.get(client).token = token),
  disconnect: ({ client }) => clients.get(client).socket.disconnect(),
};

function take(line) {
  const { request, ...rest } = JSON.parse(line);
  if (request === "emit") return emit(rest);
  if (request === "wire") return wire(rest);
  requests[request](rest);
  say({ id: rest.id, answer: null });
}

createInterface({ input: process.stdin }).on("line", take).on("close", () => process.exit(0));
