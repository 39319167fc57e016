import { fileURLToPath } from "node:url";
import { run } from "./processes";

/** Runs the QA collection with these variables of its local environment, and answers newman's exit code. */
export function runCollection(variables: Readonly<Record<string, string>>, options: readonly string[] = []) {
  const newman = fileURLToPath(import.meta.resolve("newman/bin/newman.js"));
  const collection = "postman/allscale-checkout.postman_collection.json";
  const set = Object.entries(variables).flatMap(([name, value]) => ["--env-var", `${name}=${value}`]);
  const environment = "postman/local.postman_environment.json";
  return run([newman, "run", collection, "-e", environment, ...set, ...options]);
}
