// The least that does what the gateway does with a room: join at CONNECT, tell the others, count nothing.
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { Server } from "socket.io";

const http = createServer();
const io = new Server(http, { path: "/socket.io/", serveClient: false, pingInterval: 25_000, pingTimeout: 20_000 });

io.on("connection", (socket) => {
  const { userId, channelId } = socket.handshake.auth;
  socket.join(channelId);
  socket.on("typing:start", (body) => {
    socket.to(body.channelId).emit("typing:start", { channelId: body.channelId, userId });
  });
  socket.on("message:send", (body) => {
    io.to(body.channelId).emit("message:receive", body);
  });
});

http.listen({ port: Number(process.argv[2]), host: "127.0.0.1", backlog: 2048 }, () => {
  const { version } = createRequire(import.meta.url)("socket.io/package.json");
  console.log(`Node ${process.version.slice(1)}, socket.io ${version}`);
});
