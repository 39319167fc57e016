import { type Measured, median } from "./load";

/** One line of the table. */
export type Figure = {
  readonly name: string;
  /** The median of the rounds: what is held against `wanted`. */
  readonly value: number;
  readonly spread: readonly [lowest: number, highest: number];
  readonly wanted: { readonly atLeast: number } | { readonly atMost: number } | null;
  /** The medians that it was worked out from. */
  readonly seen: string;
};

export type Rounds = { readonly app: Measured[]; readonly bare: Measured[] };

const ROUNDS = 5;

/** App, bare, app, bare: what else the machine does meets both. A first round of each is not counted. */
export async function inTurn(app: () => Promise<Measured>, bare: () => Promise<Measured>): Promise<Rounds> {
  const rounds: Rounds = { app: [], bare: [] };
  for (let round = -1; round < ROUNDS; round += 1) {
    const [ofApp, ofBare] = [await app(), await bare()];
    if (round < 0) continue;
    rounds.app.push(ofApp);
    rounds.bare.push(ofBare);
  }
  return rounds;
}

export function ratio(name: string, { app, bare }: Rounds, of: keyof Measured, wanted: Figure["wanted"]): Figure {
  const ratios = app.map((each, index) => each[of] / (bare[index]?.[of] ?? Number.NaN));
  const unit = of === "perSecond" ? "/s" : " ms";
  const [ofApp, ofBare] = [app, bare].map((rounds) => median(rounds.map((each) => each[of])).toPrecision(3));
  return figure(name, ratios, wanted, `${ofApp}${unit} against ${ofBare}${unit}`);
}

export function figure(name: string, values: readonly number[], wanted: Figure["wanted"], seen = ""): Figure {
  return { name, value: median(values), spread: [Math.min(...values), Math.max(...values)], wanted, seen };
}

export function isReached({ value, wanted }: Figure): boolean {
  if (wanted === null) return true;
  return "atLeast" in wanted ? value >= wanted.atLeast : value <= wanted.atMost;
}
