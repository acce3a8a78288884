/** How the console is built, served while it is worked on, and tested. */
import { defineConfig } from "vitest/config";

/** The bridge that `npm run dev` passes requests on to. */
const BRIDGE = process.env.PODHERD_BRIDGE ?? "http://127.0.0.1:8600";

export default defineConfig({
  base: "/console/",
  build: {
    outDir: process.env.PODHERD_CONSOLE_DIST ?? "dist",
    emptyOutDir: true,
    target: "es2022",
    // The bridge allows no script, style or image that is not a file of its own.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    // The bridge refuses pages of other origins: Host and Origin stay what the browser sent.
    proxy: { "/v1": { target: BRIDGE, ws: true, changeOrigin: false } },
  },
  test: { include: ["test/**/*.test.ts"], environment: "node" },
});
