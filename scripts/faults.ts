/**
 * `npm run test:faults [-- --full] [-- --only=NAME,NAME] [-- --seed=N]`: outages, crashes, races and fuzzing on real
 * parts. The short setting is part of `npm test`; `--full` runs the numbers that docs/operate.md states.
 */
import { buildOnce, run } from "./processes";
import { findRedisServer } from "./system-programs";

findRedisServer();
// `server-only` is an empty module under this condition, as in a server build of Next.
const flags = ["--conditions=react-server", "--expose-gc", "--import", "tsx"];
process.exit((await buildOnce()) || (await run([...flags, "test/faults/main.ts", ...process.argv.slice(2)])));
