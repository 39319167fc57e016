import { readFileSync } from "node:fs";
import { weigh } from "@/scripts/page-weight";
import { isEmbeddedStore, tracedFunctions } from "@/scripts/traces";
import { type Figure, figure } from "./figure";
import { rush } from "./load";
import { createOf } from "./orders";
import { startBareHandlers, startRig } from "./rig";

const STARTS = 5;

/** What a process costs before it does anything: time to its first answer, memory, bytes. */
export async function benchProcess(): Promise<Figure[]> {
  const startsMs: number[] = [];
  const idleMb: number[] = [];
  for (let n = 0; n < STARTS; n += 1) {
    const rig = await startRig();
    startsMs.push(rig.startMs);
    idleMb.push(residentMb(rig.pid));
    await rig.close();
  }
  const rig = await startRig();
  const bare = await startBareHandlers(rig.upstream);
  try {
    const bareIdleMb = residentMb(bare.pid);
    await rush(
      rig.url,
      Array.from({ length: 3_000 }, () => createOf()),
      16,
    );
    const { html, css } = await weigh(`${rig.url}/?lang=en`);
    const functions = tracedFunctions();
    const carried = functions.reduce((most, { bytes }) => Math.max(most, bytes), 0);
    const inFunctions = functions.flatMap(({ files }) => files.filter(isEmbeddedStore)).length;
    return [
      figure("start to the first answer of /api/health, ms", startsMs, null),
      figure("memory when idle, MB", idleMb, null, `bare ${bareIdleMb.toFixed()} MB`),
      figure("memory after 3,000 creates, MB", [residentMb(rig.pid)], null),
      figure("bytes before a tip can be submitted (gzip)", [html + css], null, "held by npm run size"),
      figure("largest serverless function, MB", [carried / 1e6], null, "held by npm run size"),
      figure("files of the embedded store in functions", [inFunctions], { atMost: 0 }),
    ];
  } finally {
    bare.close();
    await rig.close();
  }
}

function residentMb(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes) / 1024;
}
