import { allscaleBench } from "./allscale";
import type { ProviderBench } from "./bench";
import { calypsoBenches } from "./calypso";
import { koinalBench } from "./koinal";
import { onekeyBench } from "./onekey";

/** Every provider beside its emulator. */
export const BENCHES: readonly ProviderBench[] = [allscaleBench, koinalBench, ...calypsoBenches, onekeyBench];
