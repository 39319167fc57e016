import fc from "fast-check";
import type { Case } from "./case";
import { play } from "./interleavings/play";
import { scenario } from "./interleavings/scenario";
import { type Places, redisPlaces, sqlitePlaces } from "./interleavings/stores";
import type { Audit } from "./ledger";
import { silenceLog } from "./silence-log";

/** Random stories of webhooks, polls, reconciliations, second payments, clocks and crashes, shrunk when bad. */
function interleavingsOn(name: string, open: () => Promise<Places>): Case {
  return {
    name: `interleavings-${name}`,
    async run({ report, sizes, seed }) {
      silenceLog();
      const places = await open();
      const total = { deliveries: 0, acknowledged: 0, settled: 0, lost: 0, wronglySettled: 0 };
      try {
        const property = fc.asyncProperty(scenario, async (story) => {
          const place = places.make();
          try {
            add(total, await play(place, story));
          } finally {
            await place.leave();
          }
        });
        const result = await fc.check(property, {
          numRuns: sizes.interleavings,
          seed,
          interruptAfterTimeLimit: sizes.caseLimitMs * 0.9,
        });
        const found = result.failed ? `${result.errorInstance}\n${fc.defaultReportMessage(result)}` : "";
        report.check(`no interleaving on ${places.name} breaks a promise`, !result.failed, found);
        report.check(`all interleavings on ${places.name} were run`, !result.interrupted, `${result.numRuns} were`);
        const complaints = result.failed ? ["see above"] : [];
        report.row(`${result.numRuns} random interleavings, ${places.name}`, { ...total, complaints });
      } finally {
        await places.close();
      }
    },
  };
}

function add(total: { -readonly [Field in keyof Audit]?: number }, audit: Audit): void {
  for (const field of ["deliveries", "acknowledged", "settled", "lost", "wronglySettled"] as const) {
    total[field] = (total[field] ?? 0) + audit[field];
  }
}

export const sqliteInterleavings = interleavingsOn("sqlite", sqlitePlaces);
export const redisInterleavings = interleavingsOn("redis", redisPlaces);
