import { writeFileSync } from "node:fs";
import { controlRoutes } from "./control/handle-control";
import { openApiDescription } from "./control/openapi";

/** `npm run openapi` in this folder: writes the description that a running emulator serves, to be read without one. */
const text = JSON.stringify(openApiDescription(controlRoutes), null, 2);
writeFileSync(new URL("openapi.json", import.meta.url), `${text}\n`);
