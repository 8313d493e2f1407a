import { fileURLToPath } from "node:url";

import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const gateway = process.env.NEXUS_GATEWAY_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  build: {
    // The page's policy is default-src 'self': nothing may be inlined as a data: address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  test: {
    // Thousands of orders are gone through, on busy machines as well.
    testTimeout: 60_000,
    // As browsers get it: what is imported by Node is another program.
    alias: { "tus-js-client": fileURLToPath(new URL("node_modules/tus-js-client/lib.esm/browser/index.js", import.meta.url)) },
    server: { deps: { inline: ["tus-js-client"] } },
  },
  server: {
    host: "127.0.0.1",
    proxy: {
      "/api": gateway,
      "/socket.io": { target: gateway, ws: true },
    },
  },
});
