import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { "@": fileURLToPath(new URL(".", import.meta.url)) } },
  // `server-only` resolves to an empty module under this condition, as it does inside a Next server build.
  ssr: { resolve: { conditions: ["react-server", "node", "import", "default"] } },
  test: {
    include: [
      "app/**/*.test.ts",
      "lib/**/*.test.ts",
      "components/**/*.test.ts",
      "messages/**/*.test.ts",
      "emulator/**/*.test.ts",
      "test/**/*.test.ts",
      "bench/**/*.test.ts",
    ],
    environment: "node",
    // Many tests wait for children and for time to pass, so a core is not kept free.
    maxWorkers: "100%",
    // Limits for what hangs, not measures of speed.
    testTimeout: 20_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
  },
});
