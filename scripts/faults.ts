/**
 * `npm run test:faults [-- --full] [-- --only=NAME,NAME] [-- --seed=N]`: outages, crashes, races and fuzz on real parts. The
 * short setting is part of `npm test`; `--full` runs the numbers that are promised. The app is built only if it was not.
 */
import { existsSync } from "node:fs";
import { next, run } from "./processes";
import { findRedisServer } from "./system-programs";

findRedisServer();
const built = existsSync(".next/BUILD_ID") ? 0 : await run(next("build"));
// Under this condition `server-only` is an empty module, as in the server build.
const flags = ["--conditions=react-server", "--expose-gc", "--import", "tsx"];
process.exit(built || (await run([...flags, "test/faults/main.ts", ...process.argv.slice(2)])));
