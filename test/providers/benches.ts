import type { ProviderBench } from "./bench";
import { calypsoBenches } from "./calypso";
import { koinalBench } from "./koinal";
import { onekeyBench } from "./onekey";

/** Every provider beside its emulator. The one that all other tests of the flow run on needs no entry. */
export const BENCHES: readonly ProviderBench[] = [koinalBench, ...calypsoBenches, onekeyBench];
